"""Layers and optimizers compared with PyTorch. If it is not installed, these tests are skipped and say why."""

import numpy as np
import pytest

from engine import losses
from engine.activations import ACTIVATIONS
from engine.fast import losses as fast_losses
from engine.fields import parse_named
from engine.layers.activation import ActivationLayer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.local_response_norm import LocalResponseNorm
from engine.layers.pooling import AvgPool2D, MaxPool2D
from engine.optimizers import FIELDS, make_optimizer
from tests.engine.gradients import bind, relative_error
from tests.engine.image_layers import LayerSteps, images
from tests.engine.parity import WITH_PYTORCH

pytestmark = WITH_PYTORCH
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def torch():
    import torch

    torch.set_num_threads(1)
    return torch


def compare(torch, layer, other, x, parameters):
    """Compare the forward and backward pass of a bound layer with PyTorch's layer `other`.

    Args:
        parameters: name of a parameter → its tensor in `other`.
    """
    x = x.astype(np.float32)
    given = torch.tensor(x, requires_grad=True)
    wanted = other(given)
    c = np.random.default_rng(1).standard_normal(tuple(wanted.shape)).astype(np.float32)
    wanted.backward(torch.tensor(c))
    y = layer.forward(x, training=True).copy()
    dx = layer.backward(c.copy())
    assert relative_error(y, wanted.detach().numpy()) <= TOLERANCE
    assert relative_error(dx, given.grad.numpy()) <= TOLERANCE
    for name, tensor in parameters.items():
        gradient = tensor.grad.numpy()
        ours = layer.bound[1][name]
        assert (
            relative_error(ours, gradient.T if name == "W" and gradient.ndim == 2 else gradient) <= TOLERANCE
        )


def test_dense(torch):
    layer, other = bind(Dense((30,), units=20), dtype=np.float32), torch.nn.Linear(30, 20)
    with torch.no_grad():
        other.weight.copy_(torch.tensor(layer.W.T))
        other.bias.copy_(torch.tensor(layer.b))
    compare(torch, layer, other, images(16, (30,)), {"W": other.weight, "b": other.bias})


@pytest.mark.parametrize(
    ("shape", "filters", "kernel", "stride", "padding"),
    [
        ((1, 28, 28), 30, 5, 1, 0),
        ((3, 32, 32), 16, 3, 1, 1),
        ((3, 35, 31), 8, 11, 4, 2),
        ((4, 9, 8), 5, 4, 3, 1),
        ((6, 7, 7), 3, 1, 2, 0),
    ],
)
def test_conv(torch, shape, filters, kernel, stride, padding):
    conv = Conv2D(shape, filters=filters, kernel_size=kernel, stride=stride, padding=padding)
    layer = LayerSteps(conv, dtype=np.float32)
    other = torch.nn.Conv2d(shape[0], filters, kernel, stride=stride, padding=padding)
    with torch.no_grad():
        other.weight.copy_(torch.tensor(conv.W))
        other.bias.copy_(torch.tensor(conv.b))
    compare(torch, layer, other, images(6, shape), {"W": other.weight, "b": other.bias})


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 3), (2, 3)])
def test_pooling(torch, size, stride):
    shape = (3, 11, 13)
    x = images(5, shape)
    compare(
        torch, LayerSteps(MaxPool2D(shape, size=size, stride=stride)), torch.nn.MaxPool2d(size, stride), x, {}
    )
    compare(
        torch, LayerSteps(AvgPool2D(shape, size=size, stride=stride)), torch.nn.AvgPool2d(size, stride), x, {}
    )


@pytest.mark.parametrize("shape", [(12,), (5, 6, 7)])
def test_batch_norm_and_its_running_means(torch, shape):
    norm = BatchNorm(shape, momentum=0.9, epsilon=1e-5)
    layer = bind(norm, dtype=np.float32) if len(shape) == 1 else LayerSteps(norm, dtype=np.float32)
    kind = torch.nn.BatchNorm1d if len(shape) == 1 else torch.nn.BatchNorm2d
    other = kind(shape[0], eps=1e-5, momentum=0.1)
    with torch.no_grad():
        other.weight.copy_(torch.tensor(norm.gamma))
        other.bias.copy_(torch.tensor(norm.beta))
    x = 2 + 3 * images(20, shape)
    compare(torch, layer, other, x, {"gamma": other.weight, "beta": other.bias})
    np.testing.assert_allclose(norm.running_mean, other.running_mean.numpy(), rtol=1e-5)
    np.testing.assert_allclose(norm.running_variance, other.running_var.numpy(), rtol=1e-5)
    other.eval()
    wanted = other(torch.tensor(x.astype(np.float32))).detach().numpy()
    assert relative_error(layer.forward(x.astype(np.float32), training=False), wanted) <= TOLERANCE


def test_local_response_norm(torch):
    layer = LayerSteps(LocalResponseNorm((9, 4, 5), size=5, alpha=0.1, beta=0.75, k=2.0))
    # PyTorch divides alpha by the number of channels
    other = torch.nn.LocalResponseNorm(5, alpha=5 * 0.1, beta=0.75, k=2.0)
    compare(torch, layer, other, images(4, (9, 4, 5)), {})


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "identity"])
def test_activations(torch, name):
    functions = torch.nn.functional
    other = {
        "swish": functions.silu,
        "gelu": lambda x: functions.gelu(x, approximate="tanh"),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }.get(name) or getattr(functions, name)
    compare(torch, bind(ActivationLayer((50,), name=name)), other, 3 * images(8, (50,)), {})


@pytest.mark.parametrize(
    "loss",
    [losses.SoftmaxCrossEntropy(), fast_losses.SoftmaxCrossEntropy(20, 10, np.dtype(np.float32))],
    ids=["plain", "fast"],
)
def test_softmax_cross_entropy(torch, loss):
    logits, labels = 3 * images(20, (10,)).astype(np.float32), np.arange(20) % 10
    given = torch.tensor(logits, requires_grad=True)
    wanted = torch.nn.functional.cross_entropy(given, torch.tensor(labels))
    wanted.backward()
    assert loss(logits, labels) == pytest.approx(wanted.item(), rel=1e-5)
    assert relative_error(loss.gradient, given.grad.numpy()) <= TOLERANCE


@pytest.mark.parametrize(
    "name", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw"]
)
def test_fifty_steps_of_an_optimizer(torch, name):
    """Not Nadam, which differs on purpose: PyTorch has Dozat's schedule of β₁, this engine does not (see below)."""
    config = parse_named(FIELDS, {"name": name, "learning_rate": 0.02}, "optimizer")
    c = config | {"lr": 0.02}
    generator = np.random.default_rng(0)
    w = generator.standard_normal(40)
    parameter = torch.nn.Parameter(torch.tensor(w.copy()))
    optim = torch.optim
    other = {
        "sgd": lambda: optim.SGD([parameter], lr=c["lr"]),
        "momentum": lambda: optim.SGD([parameter], lr=c["lr"], momentum=c["momentum"]),
        "nesterov": lambda: optim.SGD([parameter], lr=c["lr"], momentum=c["momentum"], nesterov=True),
        "adagrad": lambda: optim.Adagrad([parameter], lr=c["lr"], eps=c["epsilon"]),
        "rmsprop": lambda: optim.RMSprop([parameter], lr=c["lr"], alpha=c["rho"], eps=c["epsilon"]),
        "adadelta": lambda: optim.Adadelta([parameter], lr=c["lr"], rho=c["rho"], eps=c["epsilon"]),
        "adam": lambda: optim.Adam([parameter], lr=c["lr"], eps=c["epsilon"]),
        "adamw": lambda: optim.AdamW(
            [parameter], lr=c["lr"], eps=c["epsilon"], weight_decay=c["weight_decay"]
        ),
    }[name]()
    ours = make_optimizer(config, w)
    for _ in range(50):
        g = w + 0.3 * generator.standard_normal(40)
        parameter.grad = torch.tensor(g.copy())
        other.step()
        ours.step(w, g, c["lr"])
        np.testing.assert_allclose(w, parameter.detach().numpy(), rtol=1e-5, atol=1e-7)


def plain_nadam(w, gradients, rate, mu, beta1=0.9, beta2=0.999, epsilon=1e-7):
    """Dozat 2016, algorithm 2; `mu(t)` is the momentum of step t. Yields the weights after each step."""
    m, v, product = np.zeros_like(w), np.zeros_like(w), 1.0
    for t, g in enumerate(gradients, 1):
        product *= mu(t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        w = w - rate * ahead / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        yield w


def test_nadam_differs_from_pytorch_only_in_the_schedule_of_momentum(torch):
    """The same formula gives this engine's steps with μ = β₁, and PyTorch's steps with Dozat's schedule of μ."""
    generator = np.random.default_rng(0)
    start, gradients = generator.standard_normal(40), generator.standard_normal((50, 40))
    config = parse_named(FIELDS, {"name": "nadam", "learning_rate": 0.02}, "optimizer")
    w = start.copy()
    ours = make_optimizer(config, w)
    parameter = torch.nn.Parameter(torch.tensor(start.copy()))
    other = torch.optim.NAdam([parameter], lr=0.02, eps=1e-7, momentum_decay=4e-3)
    constant = plain_nadam(start, gradients, 0.02, lambda t: 0.9)
    scheduled = plain_nadam(start, gradients, 0.02, lambda t: 0.9 * (1 - 0.5 * 0.96 ** (t * 4e-3)))
    for g, with_beta1, with_schedule in zip(gradients, constant, scheduled, strict=True):
        ours.step(w, g.copy(), 0.02)
        np.testing.assert_allclose(w, with_beta1, rtol=1e-9, atol=1e-12)
        parameter.grad = torch.tensor(g)
        other.step()
        # (PyTorch keeps the product of all μ in single precision)
        np.testing.assert_allclose(parameter.detach().numpy(), with_schedule, rtol=1e-6, atol=1e-8)
    assert relative_error(w, parameter.detach().numpy()) > 0.01
