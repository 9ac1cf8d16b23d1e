"""Triangle meshes: reading them, and functions on their vertices.

Every function takes a :class:`Mesh`, or anything that :meth:`Mesh.of` turns into one, and returns one row a vertex.
"""

from tdainv.meshes.centrality import eccentricity, geodesic_centrality
from tdainv.meshes.functions import gaussian_curvature, height
from tdainv.meshes.geodesics import geodesic_distances
from tdainv.meshes.laplacian import Laplacian, cotangent_laplacian
from tdainv.meshes.mesh import Mesh
from tdainv.meshes.signatures import heat_kernel_signature, wave_kernel_signature
from tdainv.meshes.spectrum import Spectrum, laplacian_spectrum

__all__ = [
    "Laplacian",
    "Mesh",
    "Spectrum",
    "cotangent_laplacian",
    "eccentricity",
    "gaussian_curvature",
    "geodesic_centrality",
    "geodesic_distances",
    "heat_kernel_signature",
    "height",
    "laplacian_spectrum",
    "wave_kernel_signature",
]
