"""Pictures of training, with matplotlib (``pip install 'tinygrad_loss[plots]'``).

Each function draws into the axes that it is given (``ax=``), or into new ones of pyplot's, and returns them. Tensors may be this
package's, PyTorch's, or arrays.
"""

from .boundaries import decision_boundary
from .calibration import reliability_diagram
from .confusion import confusion_matrix
from .curves import accuracy_curves, loss_curves, save_curves
from .gradients import gradient_flow
from .saturation import saturation_story
from .surfaces import loss_surface

__all__ = [
    "accuracy_curves",
    "confusion_matrix",
    "decision_boundary",
    "gradient_flow",
    "loss_curves",
    "loss_surface",
    "reliability_diagram",
    "saturation_story",
    "save_curves",
]
