"""The algebra: reduction over Z/2, barcodes, bigraded kernels."""
