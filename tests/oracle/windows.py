"""Windows that slide over the spatial axes of a convolution or pooling, walked one by one.

    for axis in windows.window_axes(view, kernel=(3, 3)):
        print(len(axis.starts), axis.count_taps(real=False))

A tap is a pair of a window and an offset in it. It is real where its index exists: not in the
padding of a convolution, nor in what a transposed convolution crops away.
"""

WALKED_AT_MOST = 1 << 16


class Axis:
    """One spatial axis of a window: where each window starts, counted from the first real index."""

    def __init__(self, extent, kernel, stride, dilation, pads, ceil=0):
        begin, end = pads
        self.extent = extent
        self.offsets = [k * dilation for k in range(kernel)]
        self.starts, start = [], -begin
        while start + self.offsets[-1] < extent + end:
            self.starts.append(start)
            start += stride
        fits = self.starts and self.starts[-1] + self.offsets[-1] + 1 == extent + end
        if ceil and not fits and start < extent:  # a last window that hangs over the end
            self.starts.append(start)

    def taps(self, real):
        walked = ((start, offset) for start in self.starts for offset in self.offsets)
        return ((s, o) for s, o in walked if not real or 0 <= s + o < self.extent)

    def count_taps(self, real):
        return count_taps(self, real)


class TransposedAxis:
    """One spatial axis of a transposed convolution: each input index spreads a window over the
    output; the extent that all of them cover is then cropped by the pads."""

    def __init__(self, extent, kernel, stride, dilation, pads, output_padding=0):
        begin, end = pads
        self.offsets = [k * dilation for k in range(kernel)]
        self.starts = [i * stride - begin for i in range(extent)]
        covered = (extent - 1) * stride + self.offsets[-1] + 1
        self.extent = covered + output_padding - begin - end

    taps = Axis.taps
    count_taps = Axis.count_taps


def count_taps(axis, real):
    """Walks the taps; many windows without a condition are multiplied instead."""
    pairs = len(axis.starts) * len(axis.offsets)
    if pairs > WALKED_AT_MOST and not real:
        return pairs
    return sum(1 for _ in axis.taps(real))


def same_pads(extent, kernel, stride, dilation, upper):
    windows = len(range(0, extent, stride))
    total = max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - extent)
    return halves(total, upper)


def halves(total, upper):
    """The pads (begin, end), of which the larger stands at the end where `upper`."""
    small = total // 2
    return (small, total - small) if upper else (total - small, small)


def settings(view, rank):
    """Strides, dilations and the declared pads (begin, end) of each axis."""
    pads = view.get("pads", [0] * 2 * rank)
    return (view.get("strides", [1] * rank), view.get("dilations", [1] * rank),
            list(zip(pads[:rank], pads[rank:])))


def window_axes(view, kernel):
    """The axes of a convolution or pooling of input 0."""
    strides, dilations, pads = settings(view, len(kernel))
    auto, ceil, out = view.get("auto_pad", "NOTSET"), view.get("ceil_mode", 0), []
    for a, extent in enumerate(view.shape(0)[2:]):
        pair = pads[a] if auto == "NOTSET" else (0, 0)
        if auto.startswith("SAME"):
            pair = same_pads(extent, kernel[a], strides[a], dilations[a], auto == "SAME_UPPER")
        out.append(Axis(extent, kernel[a], strides[a], dilations[a], pair, ceil))
    return out


def transposed_axes(view, kernel):
    """The axes of a transposed convolution of input 0."""
    rank, extents = len(kernel), view.shape(0)[2:]
    strides, dilations, pads = settings(view, rank)
    auto, more = view.get("auto_pad", "NOTSET"), view.get("output_padding", [0] * rank)
    wanted = view.get("output_shape")
    if wanted is None and auto.startswith("SAME"):
        wanted = [extent * stride for extent, stride in zip(extents, strides)]
    if wanted is not None:
        wanted = wanted[-rank:]  # some files give batch and channels too
    out = []
    for a, extent in enumerate(extents):
        parts = (extent, kernel[a], strides[a], dilations[a])
        pair = pads[a] if auto == "NOTSET" else (0, 0)
        if wanted is not None:
            spare = TransposedAxis(*parts, (0, 0), more[a]).extent - wanted[a]
            pair = halves(spare, auto == "SAME_UPPER")
        out.append(TransposedAxis(*parts, pair, more[a]))
    return out
