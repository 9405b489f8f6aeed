"""Layers with windows: convolutions, pooling, padding, unfold and fold, resizing; and normalization."""

from __future__ import annotations

from typing import Any

from .row import Row, distinct, integers, positive, real
from .rows_layers_activations import calls

IMAGE, ONE, SIGNAL = real(2, 4, 6, 5), real(4, 6, 5), real(2, 4, 7)
WEIGHT, BIAS = real(6, 4, 3, 2), real(6)
GROUPED = real(6, 2, 3, 2)
BACK = real(4, 3, 3, 2)
DISTINCT = distinct(2, 3, 6, 5)
BOX = real(1, 2, 4, 4, 4)


def norm(name: str, *args: Any, **options: Any) -> Any:
    """A normalization with its weight and bias by name."""
    return lambda torch, x, w=None, b=None: getattr(torch.nn.functional, name)(x, *args, weight=w, bias=b, **options)


def batch(training: bool) -> Any:
    """batch_norm with running statistics, which are returned too."""

    def call(torch: Any, x: Any, w: Any, b: Any, mean: Any, var: Any) -> Any:
        return torch.nn.functional.batch_norm(x, mean, var, w, b, training, 0.3), mean * 1, var * 1

    return call


CONVOLUTIONS = [
    Row("conv1d", calls("conv1d"), (SIGNAL, real(6, 4, 3), BIAS)),
    Row("conv2d", calls("conv2d"), (IMAGE, WEIGHT, BIAS)),
    Row("conv2d no bias", calls("conv2d"), (IMAGE, WEIGHT)),
    Row("conv2d without a batch", calls("conv2d"), (ONE, WEIGHT, BIAS)),
    Row("conv2d stride, padding", calls("conv2d", stride=(2, 1), padding=1), (IMAGE, WEIGHT, BIAS)),
    Row("conv2d dilation, groups", calls("conv2d", dilation=2, groups=2), (IMAGE, GROUPED, BIAS)),
    Row("conv2d depthwise", calls("conv2d", groups=4), (IMAGE, real(4, 1, 3, 3), real(4))),
    Row("conv2d same", calls("conv2d", padding="same"), (IMAGE, real(6, 4, 3, 3), BIAS)),
    Row("conv2d same, even kernel", calls("conv2d", padding="same"), (IMAGE, real(6, 4, 2, 2), BIAS)),
    Row("conv2d valid", calls("conv2d", padding="valid"), (IMAGE, WEIGHT, BIAS)),
    Row("conv2d of data", calls("conv2d"), (real(2, 4, 6, 5, grad=False), WEIGHT, BIAS)),
    Row("conv2d empty batch", calls("conv2d"), (real(0, 4, 6, 5), WEIGHT, BIAS)),
    Row("conv3d", calls("conv3d"), (BOX, real(3, 2, 2, 2, 2), real(3))),
    Row("conv_transpose1d", calls("conv_transpose1d", stride=2), (SIGNAL, real(4, 3, 3), real(3))),
    Row("conv_transpose2d", calls("conv_transpose2d"), (IMAGE, BACK, real(3))),
    Row("conv_transpose2d options", calls("conv_transpose2d", None, 2, 1, 1, 2), (IMAGE, BACK)),
    Row("conv_transpose3d", calls("conv_transpose3d"), (real(1, 2, 2, 2, 2), real(2, 3, 2, 2, 2))),
    Row("conv2d channels", calls("conv2d"), (IMAGE, real(6, 3, 3, 3)), error="to have 3 channels, but got 4 channels instead"),
    Row("conv2d dims", calls("conv2d"), (real(6, 5), WEIGHT), error="Expected 3D (unbatched) or 4D (batched) input to conv2d"),
    Row("conv2d bias", calls("conv2d"), (IMAGE, WEIGHT, real(5)), error="expected bias to be 1-dimensional with 6 elements"),
    Row("conv2d kernel", calls("conv2d"), (IMAGE, real(6, 4, 8, 8)), error="Kernel size can't be greater than actual input size"),
    Row("conv2d stride zero", calls("conv2d", stride=0), (IMAGE, WEIGHT), error="non-positive stride is not supported"),
    Row("conv2d negative padding", calls("conv2d", padding=-1), (IMAGE, WEIGHT), error="negative padding is not supported"),
    Row("conv2d groups", calls("conv2d", groups=3), (IMAGE, WEIGHT), error="to have 12 channels, but got 4 channels instead"),
    Row("conv2d same, stride", calls("conv2d", stride=2, padding="same"), (IMAGE, WEIGHT), error="not supported for strided"),
    Row("conv2d dtypes", calls("conv2d"), (integers(2, 4, 6, 5), WEIGHT), error="expected scalar type Long but found"),
    Row("conv2d strides", calls("conv2d", stride=(1, 2, 3)), (IMAGE, WEIGHT), error="list of 2 values to match the convolution dimensions"),
    Row("conv2d float stride", calls("conv2d", stride=1.5), (IMAGE, WEIGHT), error="received an invalid combination of arguments"),
]  # fmt: skip
POOLING = [
    Row("max_pool1d", calls("max_pool1d", 3, 2, 1), (distinct(2, 4, 7),)),
    Row("max_pool1d without a batch", calls("max_pool1d", 2), (distinct(4, 7),)),
    Row("max_pool2d", calls("max_pool2d", 2), (DISTINCT,)),
    Row("max_pool2d options", calls("max_pool2d", (3, 2), 1, 1, 2, True), (DISTINCT,)),
    Row("max_pool2d indices", calls("max_pool2d", 2, return_indices=True), (DISTINCT,)),
    Row("max_pool2d without a batch", calls("max_pool2d", 2, ceil_mode=True), (distinct(3, 5, 5),)),
    Row("max_pool2d ints", calls("max_pool2d", 2), (integers(1, 3, 4, 4, high=9),)),
    Row("max_pool3d", calls("max_pool3d", 2), (distinct(1, 2, 4, 4, 4),)),
    Row("max_unpool2d", lambda torch, x: torch.nn.functional.max_unpool2d(*torch.nn.functional.max_pool2d(x, 2, return_indices=True), 2), (distinct(2, 3, 6, 4),)),
    Row("avg_pool1d", calls("avg_pool1d", 3, 2, 1), (SIGNAL,)),
    Row("avg_pool2d", calls("avg_pool2d", 2), (IMAGE,)),
    Row("avg_pool2d options", calls("avg_pool2d", 3, 2, 1, True, False), (IMAGE,)),
    Row("avg_pool2d divisor", calls("avg_pool2d", 2, divisor_override=3), (ONE,)),
    Row("avg_pool3d", calls("avg_pool3d", 2), (BOX,)),
    Row("adaptive_avg_pool1d", calls("adaptive_avg_pool1d", 3), (SIGNAL,)),
    Row("adaptive_avg_pool2d", calls("adaptive_avg_pool2d", (4, None)), (IMAGE,)),
    Row("adaptive_avg_pool2d to one", calls("adaptive_avg_pool2d", 1), (IMAGE,)),
    Row("adaptive_max_pool1d", calls("adaptive_max_pool1d", 3), (distinct(2, 4, 7),)),
    Row("adaptive_max_pool2d", calls("adaptive_max_pool2d", (4, 3), True), (DISTINCT,)),
    Row("lp_pool2d", calls("lp_pool2d", 3.0, 2), (positive(2, 3, 4, 4),)),
    Row("unfold", calls("unfold", (2, 3), 1, 1, 2), (IMAGE,)),
    Row("unfold without a batch", calls("unfold", 2, dilation=2), (ONE,)),
    Row("fold", calls("fold", (4, 5), (2, 3)), (real(2, 12, 9),)),
    Row("max_pool2d too large", calls("max_pool2d", 8), (IMAGE,), error="Output size is too small"),
    Row("max_pool2d padding", calls("max_pool2d", 2, padding=2), (IMAGE,), error="pad should be at most half of effective kernel size"),
    Row("max_pool2d stride", calls("max_pool2d", 2, 0), (IMAGE,), error="stride should not be zero"),
    Row("max_pool2d dims", calls("max_pool2d", 2), (real(6, 5),), error="non-empty 3D or 4D (batch mode) tensor expected for input"),
    Row("max_pool2d kernel", calls("max_pool2d", (1, 2, 3)), (IMAGE,), error="must either be a single int, or a tuple of two ints"),
    Row("max_pool1d kernel", calls("max_pool1d", 0), (SIGNAL,), error="kernel_size must be greater than zero, but got 0"),
    Row("avg_pool2d divisor zero", calls("avg_pool2d", 2, divisor_override=0), (IMAGE,), error="divisor must be not zero"),
    Row("adaptive_avg_pool2d sizes", calls("adaptive_avg_pool2d", (2, 2, 2)), (IMAGE,), error="output_size must be 2"),
    Row("adaptive_avg_pool2d ints", calls("adaptive_avg_pool2d", 2), (integers(1, 1, 4, 4),), error="not implemented for 'Long'"),
    Row("unfold too large", calls("unfold", 8), (IMAGE,), error="calculated shape of the array of sliding blocks as (-1, -2)"),
    Row("fold blocks", calls("fold", (4, 4), 2), (real(1, 8, 5),), error="expected size of input's dimension 2 to match"),
]  # fmt: skip
PADDING = [
    Row("pad", calls("pad", (1, 2)), (SIGNAL,)),
    Row("pad value", calls("pad", (1, 2, 0, 1), value=3.5), (SIGNAL,)),
    Row("pad negative", calls("pad", (-1, 2, 1, -2)), (IMAGE,)),
    Row("pad ints", calls("pad", (1, 1), value=7), (integers(3),)),
    *(
        Row(f"pad {mode} {dims}d", calls("pad", (1, 2, 2, 0, 1, 1)[: 2 * dims], mode), ((SIGNAL, IMAGE, BOX)[dims - 1],))
        for mode in ("reflect", "replicate", "circular")
        for dims in (1, 2, 3)
    ),
    Row("pad reflect too far", calls("pad", (7, 0), "reflect"), (SIGNAL,), error="Padding size should be less than the corresponding"),
    Row("pad circular too far", calls("pad", (8, 0), "circular"), (SIGNAL,), error="wrapping around more than once"),
    Row("pad odd", calls("pad", (1,)), (SIGNAL,), error="Padding length must be divisible by 2"),
    Row("pad long", calls("pad", (1,) * 8), (SIGNAL,), error="less than or equal to two times the input dimension"),
    Row("pad mode", calls("pad", (1, 1), "mirror"), (SIGNAL,), error="Unrecognised padding mode mirror"),
    Row("pad floats", calls("pad", (1.0, 1)), (SIGNAL,), error="found element of type float at pos 0"),
]
RESIZING = [
    Row("interpolate nearest", calls("interpolate", scale_factor=2), (IMAGE,)),
    Row("interpolate nearest size", calls("interpolate", size=(4, 7)), (IMAGE,)),
    Row("interpolate nearest 1d", calls("interpolate", 10), (SIGNAL,)),
    Row("interpolate linear", calls("interpolate", 10, mode="linear"), (SIGNAL,)),
    Row("interpolate bilinear", calls("interpolate", scale_factor=1.7, mode="bilinear"), (IMAGE,)),
    Row("interpolate bilinear corners", calls("interpolate", (9, 3), mode="bilinear", align_corners=True), (IMAGE,)),
    Row("interpolate bicubic", calls("interpolate", (9, 3), mode="bicubic"), (IMAGE,)),
    Row("interpolate trilinear", calls("interpolate", 3, mode="trilinear"), (BOX,)),
    Row("interpolate area", calls("interpolate", (4, 3), mode="area"), (IMAGE,)),
    Row("pixel_shuffle", calls("pixel_shuffle", 2), (real(2, 8, 3, 2),)),
    Row("pixel_unshuffle", calls("pixel_unshuffle", 2), (real(2, 3, 4, 6),)),
    Row("channel_shuffle", calls("channel_shuffle", 2), (IMAGE,)),
    Row("interpolate both", calls("interpolate", 3, 2), (IMAGE,), error="only one of size or scale_factor should be defined"),
    Row("interpolate mode", calls("interpolate", 3, mode="linear"), (IMAGE,), error="Got 4D input, but linear mode needs 3D input"),
    Row("pixel_shuffle channels", calls("pixel_shuffle", 3), (IMAGE,), error="divisible by the square of upscale_factor"),
]
FOUR = (real(4), real(4))
NORMALIZATION = [
    Row("batch_norm", batch(True), (IMAGE, *FOUR, real(4, grad=False), positive(4, grad=False))),
    Row("batch_norm of features", batch(True), (real(7, 4), *FOUR, real(4, grad=False), positive(4, grad=False))),
    Row("batch_norm by running statistics", batch(False), (IMAGE, *FOUR, real(4, grad=False), positive(4, grad=False))),
    Row("batch_norm without weights", calls("batch_norm", None, None, training=True), (IMAGE,), tolerance=256),
    Row("layer_norm", norm("layer_norm", (5,)), (IMAGE, real(5), real(5))),
    Row("layer_norm two dims", norm("layer_norm", (6, 5)), (IMAGE, real(6, 5), real(6, 5))),
    Row("layer_norm without weights", norm("layer_norm", (5,)), (IMAGE,), tolerance=256),
    Row("group_norm", norm("group_norm", 2), (IMAGE, *FOUR)),
    Row("instance_norm", norm("instance_norm"), (IMAGE, *FOUR)),
    Row("instance_norm without weights", calls("instance_norm"), (IMAGE,), tolerance=256),
    Row("rms_norm", lambda torch, x, w: torch.nn.functional.rms_norm(x, (5,), w), (IMAGE, real(5))),
    Row("local_response_norm", calls("local_response_norm", 3), (IMAGE,)),
    Row("local_response_norm 3d", calls("local_response_norm", 3, 0.5), (SIGNAL,)),
    Row("batch_norm one value", calls("batch_norm", None, None, training=True), (real(1, 4),), error="Expected more than 1 value per channel"),
    Row("batch_norm no statistics", calls("batch_norm", None, None), (IMAGE,), error="running_mean must be defined in evaluation mode"),
    Row("batch_norm weight", norm("batch_norm", None, None, training=True), (IMAGE, real(3)), error="weight should contain 4 elements not 3"),
    Row("batch_norm ints", calls("batch_norm", None, None, training=True), (integers(3, 4),), error="not implemented for 'Long'"),
    Row("layer_norm shape", norm("layer_norm", (4,)), (IMAGE,), error="Given normalized_shape=[4], expected input with shape [*, 4]"),
    Row("layer_norm int", norm("layer_norm", 5), (IMAGE,), error="argument 'normalized_shape' (position 2) must be tuple of ints, not int"),
    Row("group_norm groups", norm("group_norm", 3), (IMAGE,), error="to be divisible by num_groups"),
    Row("instance_norm one", calls("instance_norm"), (real(2, 3, 1),), error="Expected more than 1 spatial element when training"),
    Row("rms_norm shape", calls("rms_norm", (4,)), (IMAGE,), error="Given normalized_shape=[4], expected input with shape [*4]"),
]  # fmt: skip
ROWS = [*CONVOLUTIONS, *POOLING, *PADDING, *RESIZING, *NORMALIZATION]
