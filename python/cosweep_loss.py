"""The combined cosine-space loss in PyTorch, with every option of Cosweep:

    Loss = α · L1  +  β(t) · Trunc(L2 − ε)  +  γ · L_CE          with γ > α > β, and β(t) = 0 before batch N

L1 (AM-Softmax) pushes classes apart, L2 pulls a class together around its center, L_CE is cross-entropy. Structure of
CN113052261A (Southeast University, 2021), steps S2 and S21 to S23; what its text leaves open are options, with the
names and defaults of a sweep's `loss`. docs/loss.md of Cosweep says what each of them computes.

    loss = CombinedLoss(classes=10, width=64, alpha=0.5, gamma=1.0, s=30.0, m=0.35)      # once, then loss.to(device)
    terms = loss(features, head.weight, head.bias, labels, beta=run.beta(t), epsilon=run.epsilon)
    terms.total.backward()
    run.report(t, terms.metrics())

`features` [B, d] is the input of the last linear layer, without an activation. `weight` [C, d] and `bias` [C] are those
of that layer, which AM-Softmax shares, so that nothing is added to the network. The loss has no parameters, but it has
centers: buffers that each call in training mode updates. A checkpoint that lacks `loss.state_dict()` does not continue
the same run.

One file that needs nothing but torch, from 1.13 on: copy it beside your script.
"""
import contextlib
import typing

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["CombinedLoss", "Terms", "unit"]

_WORDS = {
    "truncation": ("batch", "sample", "class", "none"),
    "distance": ("cosine", "angle", "euclidean"),
    "centerUpdate": ("cumulative", "ema", "wen", "batch"),
    "centerSpace": ("unit", "raw"),
    "centerOrder": ("updateThenLoss", "lossThenUpdate"),
    "crossEntropyHead": ("linear", "cosine"),
}

# Where the cosine is clamped for the angle: the derivative of the arc cosine is infinite at ±1.
_LARGEST_COSINE = 1 - 1e-7


class Terms(typing.NamedTuple):
    """What one batch gives; scalars."""

    #: α·L1 + β·Trunc(L2 − ε) + γ·L_CE, without the terms whose weight is zero.
    total: torch.Tensor
    #: L_CE
    crossEntropy: torch.Tensor
    #: L1
    interClass: torch.Tensor
    #: L2: in [0, 2] for the distance `cosine`, in radians for `angle`.
    intraClass: torch.Tensor
    #: Trunc(L2 − ε), measured also where it is not in force.
    truncated: torch.Tensor
    #: Whether β was above 0, so that the truncated term is part of the total.
    inForce: bool

    def metrics(self):
        """The terms under the names of Cosweep's metrics, as numbers, read from the device in one transfer.

        `train/truncated` is there only where the term is in force, as in Cosweep's own networks.
        """
        names = ["total", "crossEntropy", "interClass", "intraClass"] + (["truncated"] if self.inForce else [])
        values = torch.stack([getattr(self, name).detach() for name in names]).tolist()
        return {f"train/{name}": value for name, value in zip(names, values)}

    def gradient_metrics(self, features):
        """Norms of the gradients of L_CE, L1 and L2, unweighted, with respect to `features`; to be called before
        `total.backward()`.

        :param features: the very tensor that the loss was called with; it requires a gradient
        :returns: `train/gradient/crossEntropy`, `train/gradient/interClass`, `train/gradient/intraClass`
        """
        names = ["crossEntropy", "interClass", "intraClass"]
        gradients = [torch.autograd.grad(getattr(self, name), features, retain_graph=True)[0] for name in names]
        values = torch.stack([gradient.float().norm() for gradient in gradients]).tolist()
        return {f"train/gradient/{name}": value for name, value in zip(names, values)}


class CombinedLoss(nn.Module):
    """The combined loss of one network, with its centers.

    :param classes: C, the number of classes
    :param width: d, the width of the features
    :param alpha: α, the weight of L1; 0 leaves the term out
    :param gamma: γ, the weight of L_CE; 0 leaves the term out
    :param s: scale of the cosine logits, above 0
    :param m: margin of AM-Softmax, 0 ≤ m < 2
    :param truncation: what ε is subtracted from before the cut at zero: the mean over the `batch`, each `sample`, the
        mean of each `class`; `none` does not cut
    :param distance: `cosine`: 1 − cos; `angle`: the angle itself; `euclidean`: ½‖f − c‖², which needs `centerSpace` raw
    :param centerUpdate: `cumulative`: mean of all features seen; `ema`: moving average; `wen`: Wen et al. 2016, eq. 4;
        `batch`: mean of this batch
    :param centerRate: ρ of `ema`, η of `wen`; above 0, up to 1
    :param centerSpace: centers of `unit` features or of `raw` ones
    :param centerOrder: whether the loss sees the centers after this batch (`updateThenLoss`) or before it
    :param crossEntropyHead: logits of L_CE: `linear`: W f + b; `cosine`: s · cos(f, w), no margin, no bias
    :raises ValueError: for a word or a number that is not allowed, naming what is
    """

    def __init__(self, classes, width, alpha, gamma=1.0, s=30.0, m=0.35, truncation="batch", distance="cosine",
                 centerUpdate="cumulative", centerRate=0.1, centerSpace="unit", centerOrder="updateThenLoss",
                 crossEntropyHead="linear"):
        super().__init__()
        self.alpha, self.gamma, self.s, self.m, self.centerRate = alpha, gamma, s, m, centerRate
        self.truncation, self.distance, self.crossEntropyHead = truncation, distance, crossEntropyHead
        self.centerUpdate, self.centerSpace, self.centerOrder = centerUpdate, centerSpace, centerOrder
        self._check()
        # S_k, M_k and c_k: a class with count 0 was never seen and has no center.
        self.register_buffer("sum", torch.zeros(classes, width))
        self.register_buffer("count", torch.zeros(classes))
        self.register_buffer("center", torch.zeros(classes, width))

    def forward(self, features, weight, bias, labels, beta=0.0, epsilon=0.0):
        """The terms of one batch. In training mode it updates the centers; in evaluation mode it does not.

        Everything is computed in the type of the centers (float32, after `loss.double()` float64), also under autocast:
        half precision has no room for a scale of 30. On several ranks the centers are those of the batch that the rank
        sees; gather features and labels first for those of the whole batch.

        :param features: f [B, d]
        :param weight: W [C, d] of the last linear layer
        :param bias: b [C]; None where the layer has none
        :param labels: y [B], whole numbers from 0 to C − 1
        :param beta: β in force: 0 before the switch batch
        :param epsilon: ε, a distance
        :returns: Terms
        :raises ValueError: where shapes do not fit together
        """
        self._check_shapes(features, weight, labels)
        with _without_autocast(features.device.type):
            dtype = self.center.dtype
            features, weight = features.to(dtype), weight.to(dtype)                         # [B, d], [C, d]
            own = F.one_hot(labels.long(), weight.shape[0]).to(dtype)                       # [B, C]
            before = self.center, self.count
            if self.training:
                self._update(features.detach(), own)
            center, count = before if self.centerOrder == "lossThenUpdate" else (self.center, self.count)
            cosines = unit(features) @ unit(weight).T                                       # [B, C]
            ce = F.cross_entropy(self._logits(features, weight, bias, cosines), labels.long())
            inter = F.cross_entropy(self.s * (cosines - self.m * own), labels.long())
            intra, truncated = self._intra(features, own, center, count, epsilon)
            # 0 × ∞ would be NaN, so a term whose weight is zero is left out.
            weighted = [(self.gamma, ce), (self.alpha, inter), (beta, truncated)]
            products = [weight * term for weight, term in weighted if weight != 0]
            total = sum(products[1:], products[0]) if products else torch.zeros_like(ce)
        return Terms(total, ce, inter, intra, truncated, beta != 0)

    def predict(self, features, weight, bias):
        """The logits whose largest one is the predicted class; the margin is never applied.

        :param features: [B, d]
        :param weight: [C, d]
        :param bias: [C] or None
        :returns: [B, C]: W f + b; the cosines where the head is `cosine` or γ is 0, for then only they were trained
        """
        with _without_autocast(features.device.type):
            features, weight = features.to(self.center.dtype), weight.to(self.center.dtype)
            if self.crossEntropyHead == "cosine" or self.gamma == 0:
                return unit(features) @ unit(weight).T
            return F.linear(features, weight, bias if bias is None else bias.to(features.dtype))

    def extra_repr(self):
        """What `print(loss)` shows."""
        names = ["alpha", "gamma", "s", "m", "centerRate", *_WORDS]
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names)

    def _check(self):
        for option, words in _WORDS.items():
            if getattr(self, option) not in words:
                raise ValueError(f"{option}: found {getattr(self, option)!r}, wanted one of {', '.join(words)}")
        for name, holds, wanted in [
            ("s", self.s > 0, "a number above 0"),
            ("m", 0 <= self.m < 2, "a number from 0 to below 2"),
            ("centerRate", 0 < self.centerRate <= 1, "a number above 0, up to 1"),
            ("alpha", self.alpha >= 0, "0 or more"),
            ("gamma", self.gamma >= 0, "0 or more"),
        ]:
            if not holds:
                raise ValueError(f"{name}: found {getattr(self, name)!r}, wanted {wanted}")
        if self.distance == "euclidean" and self.centerSpace != "raw":
            raise ValueError(f'distance "euclidean": found centerSpace {self.centerSpace!r}, wanted "raw"')

    def _check_shapes(self, features, weight, labels):
        if features.dim() != 2 or features.shape[1] != self.center.shape[1]:
            raise ValueError(f"features: found the shape {_shape(features)}, wanted [B, {self.center.shape[1]}]")
        if weight.shape != self.center.shape:
            raise ValueError(f"weight: found the shape {_shape(weight)}, wanted {_shape(self.center)}")
        if labels.shape != features.shape[:1]:
            raise ValueError(f"labels: found the shape {_shape(labels)}, wanted [{features.shape[0]}]")

    def _logits(self, features, weight, bias, cosines):
        if self.crossEntropyHead == "cosine":
            return self.s * cosines
        return F.linear(features, weight, bias if bias is None else bias.to(features.dtype))

    @torch.no_grad()
    def _update(self, features, own):
        """S21: the classes of this batch move their centers, before and after the switch batch alike.

        The buffers are replaced, not written into: the graph of the last batch may still need the old ones.
        """
        f = unit(features) if self.centerSpace == "unit" else features                      # [B, d]
        # A product, and not index_add_, which adds in another order each time on a GPU.
        n, total = own.sum(0), own.T @ f                                                    # [C], [C, d]
        column = n.unsqueeze(1)                                                             # [C, 1]
        mean = total / column.clamp_min(1)
        seen = (self.count > 0).unsqueeze(1)                                                # [C, 1]
        if self.centerUpdate == "cumulative":  # c = S / M
            new = (self.sum + total) / (self.count + n).unsqueeze(1).clamp_min(1)
        elif self.centerUpdate == "ema":  # c ← (1 − ρ)·c + ρ·mean; at first sight the mean
            new = torch.where(seen, (1 - self.centerRate) * self.center + self.centerRate * mean, mean)
        elif self.centerUpdate == "wen":  # c ← c − η·(n·c − Σf)/(1 + n); at first sight the mean
            step = (column * self.center - total) / (1 + column)
            new = torch.where(seen, self.center - self.centerRate * step, mean)
        else:
            new = mean
        self.sum, self.count = self.sum + total, self.count + n
        self.center = torch.where(column > 0, new, self.center)

    def _intra(self, features, own, center, count, epsilon):
        """L2 and Trunc(L2 − ε). Samples of a class without a center leave both the sum and the denominator."""
        seen = own @ (count > 0).to(features.dtype)                                         # [B], 0 or 1
        at = own @ center                                                                   # [B, d]
        if self.distance == "euclidean":
            d = 0.5 * (features - at).square().sum(1)                                       # [B]
        else:
            cosine = (unit(features) * unit(at)).sum(1)
            d = 1 - cosine
            if self.distance == "angle":
                d = torch.acos(cosine.clamp(-_LARGEST_COSINE, _LARGEST_COSINE))
        kept = seen.sum().clamp_min(1)
        mean = (d * seen).sum() / kept
        if self.truncation == "none":
            return mean, mean - epsilon
        # relu: the test is strict, and the gradient at equality is 0.
        if self.truncation == "batch":
            return mean, F.relu(mean - epsilon)
        if self.truncation == "sample":
            return mean, (F.relu(d - epsilon) * seen).sum() / kept
        n = own.T @ seen                                                                    # [C]
        means = (own.T @ (d * seen)) / n.clamp_min(1)
        present = (n > 0).to(d.dtype)
        return mean, (F.relu(means - epsilon) * present).sum() / present.sum().clamp_min(1)


def unit(rows):
    """û = u / max(‖u‖, 1e−12) of every row.

    The bound is put on the squared norm, under the root: so a row of zeros has a finite gradient.

    :param rows: [n, d]
    :returns: [n, d]
    """
    return rows * rows.square().sum(-1, keepdim=True).clamp_min(1e-24).rsqrt()


def _without_autocast(device):
    return torch.autocast(device, enabled=False) if device in ("cpu", "cuda") else contextlib.nullcontext()


def _shape(tensor):
    return str(list(tensor.shape))
