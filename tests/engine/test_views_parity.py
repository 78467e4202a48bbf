"""Views against PyTorch at random moments: the outputs of each layer, gradients, and the confusion matrix."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.views.subject import Subject
from tests.engine.gradients import relative_error
from tests.engine.parity import WITH_PYTORCH
from tests.engine.view_moments import TRAININGS, moment_of

pytestmark = WITH_PYTORCH
TOLERANCE = 1e-4


@pytest.fixture(params=TRAININGS)
def moment(request):
    return moment_of(request.param)


def twin_of(moment):
    """The network in PyTorch, as an evaluation runs it."""
    import torch

    from tests.engine.torch_twin import Twin

    network = moment.twin()
    layers = [
        {**layer, "rate": 0.0} if layer["type"] == "dropout" else layer  # an evaluation drops nothing
        for layer in moment.trainer.config.network.layers
    ]
    twin = Twin(SimpleNamespace(network=SimpleNamespace(layers=layers)), network)
    with torch.no_grad():
        for name, tensor in twin.running.items():  # before the conversion, which replaces these
            tensor.copy_(torch.tensor(network.running[name]))
    twin.module.to(torch.float64 if moment.trainer.config.dtype == "float64" else torch.float32)
    with torch.no_grad():
        for name, tensor in twin.tensors.items():
            tensor.copy_(twin.as_theirs(network.parameters[name]))
    twin.module.eval()
    return twin


def test_maps_are_what_pytorch_gives_layer_by_layer(moment):
    import torch

    seen = moment.see("maps", image=3)
    y = torch.tensor(moment.images("test")[3:4])
    with torch.no_grad():
        for number, module in enumerate(twin_of(moment).module, 1):
            y = module(y)
            mine = seen.arrays[f"layer/{number}"]
            assert relative_error(mine, y[0].numpy().reshape(mine.shape)) < TOLERANCE
        p = torch.softmax(y, dim=1)[0].numpy()
    np.testing.assert_allclose(seen.arrays["probabilities"], p, rtol=1e-3, atol=1e-6)


def test_the_confusion_matrix_counts_what_pytorch_predicts(moment):
    import torch

    labels = moment.trainer.parts.test.labels
    with torch.no_grad():
        predicted = twin_of(moment).module(torch.tensor(moment.images("test"))).argmax(dim=1).numpy()
    counts = moment.see("confusion").arrays["counts"]
    theirs = np.zeros_like(counts)
    np.add.at(theirs, (labels, predicted), 1)
    np.testing.assert_array_equal(counts, theirs)


@pytest.mark.parametrize("name", ["dense", "batch norm and dropout", "points"])  # those without penalties
def test_gradients_are_those_of_autograd(name):
    import torch

    moment = moment_of(name)
    subject = Subject(moment.trainer)
    images, labels = subject.sample()
    mine = subject.gradient(images, labels)
    twin = twin_of(moment)
    loss = torch.nn.functional.cross_entropy(
        twin.module(torch.tensor(images)), torch.tensor(labels, dtype=torch.int64)
    )
    loss.backward()
    network = subject.network
    places = dict(network.gradients)
    network.gradient[...] = mine
    for parameter, tensor in twin.tensors.items():
        assert relative_error(twin.as_theirs(places[parameter]).numpy(), tensor.grad.numpy()) < TOLERANCE
