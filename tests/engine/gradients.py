"""Central finite differences, to hold analytic gradients against."""

import numpy as np


def numerical_gradient(f, x, step=1e-6):
    """∂f/∂x for a scalar f() that reads the array x."""
    gradient = np.zeros_like(x)
    flat, out = x.reshape(-1), gradient.reshape(-1)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + step
        above = f()
        flat[i] = kept - step
        below = f()
        flat[i] = kept
        out[i] = (above - below) / (2 * step)
    return gradient


def relative_error(a, b):
    """The largest difference, against the largest value."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max(), 1e-12)


def check_network(network, x, labels, tolerance=1e-6):
    """Every analytic gradient of a float64 network against finite differences of its loss."""
    network.loss_and_gradients(x, labels)
    analytic = {name: gradient.copy() for name, gradient in network.gradients.items()}
    for name, parameter in network.parameters.items():
        numerical = numerical_gradient(lambda: network.loss_and_gradients(x, labels), parameter)
        assert relative_error(analytic[name], numerical) <= tolerance, name


def check_layer(layer, x, tolerance=1e-6, training=True, seed=0):
    """∂L/∂x and every parameter's gradient of one bound float64 layer, for L = Σ c·y with random c."""
    c = np.random.default_rng(seed).standard_normal((len(x), *layer.output_shape))

    def loss():
        return float(np.sum(c * layer.forward(x, training)))

    loss()
    dx = layer.backward(c.copy()).copy()
    assert relative_error(dx, numerical_gradient(loss, x)) <= tolerance
    parameters, gradients = layer.bound
    for name, parameter in parameters.items():
        loss()
        layer.backward(c.copy())
        analytic = gradients[name].copy()
        assert relative_error(analytic, numerical_gradient(loss, parameter)) <= tolerance, name


def bind(layer, seed=0, dtype=np.float64):
    """Give a layer random parameters of its own; the same object, with `.bound`."""
    generator = np.random.default_rng(seed)
    parameters = {s.name: generator.standard_normal(s.shape).astype(dtype) for s in layer.parameters}
    gradients = {name: np.full_like(array, np.nan) for name, array in parameters.items()}
    layer.bind(parameters, gradients)
    layer.bound = parameters, gradients
    return layer
