"""Central finite differences, to hold analytic gradients against."""

import numpy as np

#: Beside a kink a long step crosses it, and far from one a short step loses digits: an entry may be measured by either;
#: next to a kink, from its own side alone.
STEPS = (1e-5, 1e-6, 1e-4)
SIDES = (1e-5, -1e-5)


def numerical_gradient(f, x, expected=None, tolerance=1e-6):
    """∂f/∂x for a scalar f() that reads the array x.

    Args:
        expected: the analytic gradient. An entry that is further than `tolerance` from it is measured again with other
            steps, and from each side, and the nearest counts: a wrong gradient is far from all of them.
    """
    gradient = np.zeros_like(x)
    flat, out = x.reshape(-1), gradient.reshape(-1)
    wanted = None if expected is None else expected.reshape(-1)
    for i in range(flat.size):
        measured = _slope(f, flat, i, STEPS[0])
        if wanted is not None:
            near = tolerance * max(abs(wanted[i]), 1e-3)
            ways = [(_slope, step) for step in STEPS[1:]] + [(_slope_of_side, step) for step in SIDES]
            for slope, step in ways:
                if abs(measured - wanted[i]) <= near:
                    break
                again = slope(f, flat, i, step)
                measured = min(measured, again, key=lambda value: abs(value - wanted[i]))
        out[i] = measured
    return gradient


def _slope(f, flat, i, step):
    kept = flat[i]
    flat[i] = kept + step
    above = f()
    flat[i] = kept - step
    below = f()
    flat[i] = kept
    return (above - below) / (2 * step)


def _slope_of_side(f, flat, i, step):
    """From the values here, a step and two steps to one side: as exact as `_slope`, to the second order."""
    kept = flat[i]
    values = []
    for steps in (0, 1, 2):
        flat[i] = kept + steps * step
        values.append(f())
    flat[i] = kept
    return (-3 * values[0] + 4 * values[1] - values[2]) / (2 * step)


def relative_error(a, b, floor=1e-12):
    """The largest difference, against the largest value; below `floor` a value counts as rounding."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max(), floor)


def check_network(network, x, labels, tolerance=1e-6, floor=1e-12):
    """Every analytic gradient of a float64 network against finite differences of its loss; `floor` as below."""
    network.loss_and_gradients(x, labels)
    analytic = {name: gradient.copy() for name, gradient in network.gradients.items()}
    for name, parameter in network.parameters.items():
        numerical = numerical_gradient(
            lambda: network.loss_and_gradients(x, labels), parameter, analytic[name]
        )
        assert relative_error(analytic[name], numerical, floor) <= tolerance, name


def check_layer(layer, x, tolerance=1e-6, training=True, seed=0, floor=1e-12):
    """∂L/∂x and every parameter's gradient of one bound float64 layer, for L = Σ c·y with random c.

    `floor`: for layers some of whose gradients are 0, such as that of a bias in front of batch norm.
    """
    c = np.random.default_rng(seed).standard_normal((len(x), *layer.output_shape))

    def loss():
        return float(np.sum(c * layer.forward(x, training)))

    loss()
    dx = layer.backward(c.copy()).copy()
    assert relative_error(dx, numerical_gradient(loss, x, dx), floor) <= tolerance
    parameters, gradients = layer.bound
    for name, parameter in parameters.items():
        loss()
        layer.backward(c.copy())
        analytic = gradients[name].copy()
        assert relative_error(analytic, numerical_gradient(loss, parameter, analytic), floor) <= tolerance, (
            name
        )


def bind(layer, seed=0, dtype=np.float64):
    """Bind a layer to new random parameters, and return it."""
    generator = np.random.default_rng(seed)
    parameters = {s.name: generator.standard_normal(s.shape).astype(dtype) for s in layer.parameters}
    gradients = {name: np.full_like(array, np.nan) for name, array in parameters.items()}
    layer.bind(parameters, gradients)
    layer.bound = parameters, gradients
    return layer
