"""The same network in PyTorch: modules made from an experiment's layers, with the weights of this engine's network.

Imported only by tests that have PyTorch.
"""

from typing import Any

import torch

ACTIVATIONS = {
    "identity": torch.nn.Identity,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "gelu": lambda: torch.nn.GELU(approximate="tanh"),
    "softplus": torch.nn.Softplus,
    "swish": torch.nn.SiLU,
}
#: PyTorch's names for parameters and running state → ours
NAMES = {
    "weight": "W", "bias": "b", "running_mean": "running_mean", "running_var": "running_variance"
}  # fmt: skip
NORM_NAMES = NAMES | {"weight": "gamma", "bias": "beta"}


class Residual(torch.nn.Module):
    """y = F(x) + P(x), where P may be missing."""

    def __init__(self, inner, projection):
        super().__init__()
        self.inner, self.projection = inner, projection

    def forward(self, x):
        shortcut = x if self.projection is None else self.projection(x)
        return self.inner(x) + shortcut


class Twin:
    """A PyTorch module and the places of its tensors in our network.

    Attributes:
        module: takes images (N, C, H, W), gives logits.
        tensors: our parameter's name → PyTorch's parameter.
        running: our running state's name → PyTorch's buffer.
    """

    def __init__(self, config, network):
        self.tensors: dict[str, Any] = {}
        self.running: dict[str, Any] = {}
        owners = [layer for layer in network.layers if layer.parameters]
        modules = []
        for described, layer in zip(config.network.layers, network.layers, strict=True):
            number = str(owners.index(layer) + 1) if layer in owners else ""
            modules.append(self._module(described, layer, number))
        self.module = torch.nn.Sequential(*modules)
        with torch.no_grad():
            for name, tensor in self.tensors.items():
                tensor.copy_(self.as_theirs(network.parameters[name]))

    @staticmethod
    def as_theirs(array):
        """Our dense weights are (n_in, n_out), theirs (n_out, n_in)."""
        tensor = torch.tensor(array)
        return tensor.T if tensor.ndim == 2 else tensor

    def _module(self, described, layer, prefix):
        settings = {k: v for k, v in described.items() if not k.startswith("activity_")}
        kind = settings.pop("type")
        return getattr(self, f"_{kind}")(layer, prefix, **settings)

    def _note(self, module, prefix, names=NAMES):
        for theirs, tensor in module.named_parameters():
            self.tensors[f"{prefix}.{names[theirs]}"] = tensor
        for theirs, tensor in module.named_buffers():
            if theirs in names:
                self.running[f"{prefix}.{names[theirs]}"] = tensor
        return module

    def _dense(self, layer, prefix, units):
        linear = self._note(torch.nn.Linear(layer.inputs, units), prefix)
        return linear if len(layer.input_shape) == 1 else torch.nn.Sequential(torch.nn.Flatten(), linear)

    def _conv2d(self, layer, prefix, filters, kernel_size, stride, padding):
        conv = torch.nn.Conv2d(layer.input_shape[0], filters, kernel_size, stride, layer.padding)
        return self._note(conv, prefix)

    def _batch_norm(self, layer, prefix, momentum, epsilon):
        kind = torch.nn.BatchNorm2d if len(layer.input_shape) == 3 else torch.nn.BatchNorm1d
        return self._note(kind(layer.features, eps=epsilon, momentum=1 - momentum), prefix, NORM_NAMES)

    def _residual(self, layer, prefix, layers):
        inner = [
            self._module(described, inner_layer, f"{prefix}.{number}")
            for number, (described, inner_layer) in enumerate(zip(layers, layer.inner, strict=True), 1)
        ]
        projection = None
        if layer.input_shape != layer.output_shape:
            if len(layer.input_shape) == 1:
                projection = torch.nn.Linear(layer.input_shape[0], layer.output_shape[0], bias=False)
            else:
                stride = round(layer.input_shape[1] / layer.output_shape[1])
                projection = torch.nn.Conv2d(
                    layer.input_shape[0], layer.output_shape[0], 1, stride, bias=False
                )
            self._note(projection, f"{prefix}.projection")
        return Residual(torch.nn.Sequential(*inner), projection)

    def _activation(self, layer, prefix, name):
        return ACTIVATIONS[name]()

    def _max_pool2d(self, layer, prefix, size, stride):
        return torch.nn.MaxPool2d(size, stride)

    def _avg_pool2d(self, layer, prefix, size, stride):
        return torch.nn.AvgPool2d(size, stride)

    def _flatten(self, layer, prefix):
        return torch.nn.Flatten()

    def _dropout(self, layer, prefix, rate):
        assert rate == 0, "random masks cannot be compared"
        return torch.nn.Identity()

    def _local_response_norm(self, layer, prefix, size, alpha, beta, k):
        # PyTorch divides alpha by the number of channels
        return torch.nn.LocalResponseNorm(size, alpha=size * alpha, beta=beta, k=k)
