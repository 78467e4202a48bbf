"""The table of rules, the most decisive first: each with its thresholds, their sources, and for how many rows it holds.

*Measured* means: with this engine, on the runs of `tests/engine/test_findings.py` and the lessons; decision 24 has the
figures.
"""

from __future__ import annotations

from engine.findings import fit, gradients, initial_weights, rate, remedies, units
from engine.findings.rule import Rule, Threshold
from engine.trainer import DEAD_AFTER

#: What explains a loss that does not fall: with one of these, it is no fault of its own.
CAUSES = (
    "diverged",
    "initial_weights_large",
    "initial_weights_small",
    "dead_network",
    "penalty_too_strong",
    "vanishing_gradients",
    "exploding_gradients",
    "rate_too_high",
    "batch_norm_small_batches",
    "labels_look_wrong",
    "rate_too_low",
)

_RULES = (
    Rule(
        code="diverged",
        look=rate.diverged,
        values={"at": "count", "learning_rate": "number"},
        thresholds={},
        rows=1,
        stream="train",
        card="loss",
        opens_at_start=True,
        remedies=(remedies.much_slower, remedies.clipped, remedies.fitting_weights),
    ),
    Rule(
        code="initial_weights_large",
        look=initial_weights.too_large,
        values={"first_loss": "number", "guess": "number", "loss": "number"},
        thresholds={
            "times": Threshold(
                3.0,
                "times ln(classes), the loss of guessing, with which a network should begin (Karpathy 2019, A recipe"
                " for training neural networks). Measured: He's and Glorot's weights 1.0 to 1.3, σ = 1 from 5",
            ),
            "window": Threshold(10, "rows of a median, so that no single batch decides"),
        },
        rows=10,
        stream="train",
        card="loss",
        remedies=(remedies.fitting_weights,),
    ),
    Rule(
        code="initial_weights_small",
        look=initial_weights.too_small,
        values={"gain": "number", "layers": "count", "first_loss": "number", "loss": "number"},
        thresholds={
            "gain": Threshold(
                0.01,
                "He et al. 2015: the product over the layers should be about 1. Measured: Glorot's and He's weights 0.1"
                " to 1.5 with two hidden layers, σ = 0.01 below 0.001",
            ),
            "stuck": Threshold(0.95, "of the first loss: less is a loss that has begun to fall"),
            "window": Threshold(20, "rows of a median, so that no single batch decides"),
        },
        rows=20,
        stream="train",
        card="weights",
        remedies=(remedies.fitting_weights, remedies.batch_norm, remedies.adam),
    ),
    Rule(
        code="dead_network",
        look=gradients.dead,
        values={"rows": "count", "loss": "number"},
        thresholds={"loss": Threshold(0.0, "with a loss of 0 there is nothing to learn, and no fault")},
        rows=DEAD_AFTER,
        stream="train",
        card="gradients",
        opens_at_start=True,
        remedies=(remedies.fitting_weights, remedies.much_slower),
    ),
    Rule(
        code="penalty_too_strong",
        look=fit.penalty,
        values={
            "first_norm": "number",
            "norm": "number",
            "times": "times",
            "accuracy": "share",
            "l1": "number",
            "l2": "number",
        },
        thresholds={
            "norm": Threshold(
                0.5,
                "of the first norm of all weights. Measured: λ = 0.01 keeps 0.7 and more, λ = 0.1 leaves 0.36 (digits)"
                " and 0.41 (lesson 3b)",
            ),
            "accuracy": Threshold(
                0.92,
                "on the images trained on. Measured: λ = 0.01 lets 98 % be fitted, λ = 0.1 only 75 to 91 %",
            ),
        },
        rows=10,
        stream="evaluation",
        card="weights",
        remedies=(remedies.weaker_penalty,),
    ),
    Rule(
        code="vanishing_gradients",
        look=gradients.vanishing,
        values={"lowest": "number", "highest": "number", "times": "times"},
        thresholds={
            "ratio": Threshold(
                0.01,
                "of the highest layer's norm; the claim of lesson 1a. Measured: sigmoid, σ = 0.01: 0.0004 to 0.0013;"
                " networks that learn: 0.1 to 10",
            ),
            "loss": Threshold(0.5, "times ln(classes): below, the network has learned all the same"),
            "window": Threshold(50, "rows of a median; as in the sketch of the gradient map"),
        },
        rows=50,
        stream="train",
        card="gradients",
        remedies=(remedies.relu, remedies.fitting_weights, remedies.batch_norm, remedies.adam),
    ),
    Rule(
        code="exploding_gradients",
        look=gradients.exploding,
        values={"norm": "number", "layer": "layer"},
        thresholds={
            "norm": Threshold(
                100.0,
                "the gradient of an image's loss by the outputs is at most √2 long: what is so much longer was"
                " multiplied by large weights or inputs. Measured: below 10 in networks that learn, 300 to 3,000 with"
                " σ = 1 and five hidden layers",
            ),
            "window": Threshold(10, "rows of a median, so that no single batch decides"),
        },
        rows=20,
        stream="train",
        card="gradients",
        remedies=(remedies.clipped, remedies.fitting_weights),
    ),
    Rule(
        code="rate_too_high",
        look=rate.too_high,
        values={"moves": "number", "loss": "number", "learning_rate": "number"},
        thresholds={
            "moves": Threshold(
                0.15,
                "of the mean loss, from evaluation to evaluation. Measured: 0.2 to 0.4 with rates that are too high"
                " (SGD 1, Adam 0.1); with lower ones the loss moves less, or falls",
            ),
            "fall": Threshold(
                0.25, "of the mean loss over these evaluations: more is a loss that falls all the same"
            ),
            "loss": Threshold(0.1, "below, the images are learned, and small numbers vary by large shares"),
            "evaluations": Threshold(20, "over which moves and fall are taken"),
        },
        rows=10,
        needs=20,
        stream="evaluation",
        card="loss",
        remedies=(remedies.slower_from_here, remedies.slower),
        unless=("diverged",),
    ),
    Rule(
        code="batch_norm_small_batches",
        look=fit.small_batches,
        values={"batch_size": "count", "batches": "number", "running": "number"},
        thresholds={
            "batch_size": Threshold(
                8, "Wu & He 2018, figure 1: the error of batch norm grows fast below 8 images"
            ),
            "times": Threshold(
                1.25,
                "the loss with running means. Measured: 1.9 and more with 3 and 4 images, without batch norm 1.0",
            ),
            "window": Threshold(100, "rows of a mean, as single small batches vary much"),
        },
        rows=10,
        stream="evaluation",
        card="loss",
        remedies=(remedies.larger_batches,),
    ),
    Rule(
        code="dead_units",
        look=units.dead_units,
        values={"share": "share", "layer": "layer", "units": "count"},
        thresholds={
            "share": Threshold(
                0.4,
                "Stanford's course CS231n, notes on ReLU: with too high a rate 40 % of a network may be dead",
            )
        },
        rows=2,
        stream="measurement",
        card="units",
        remedies=(remedies.leaky_relu, remedies.slower, remedies.fitting_weights),
        unless=("dead_network",),
    ),
    Rule(
        code="saturated_units",
        look=units.saturated_units,
        values={"share": "share", "layer": "layer", "units": "count"},
        thresholds={
            "share": Threshold(
                0.5, "of the outputs: more than half are where the derivative is below 5 % of its maximum"
            )
        },
        rows=2,
        stream="measurement",
        card="units",
        remedies=(remedies.fitting_weights, remedies.relu, remedies.batch_norm),
    ),
    Rule(
        code="labels_look_wrong",
        look=fit.wrong_labels,
        values={"train": "share", "held_out": "share", "gap": "points", "part": "part"},
        thresholds={
            "gap": Threshold(
                0.03, "Measured: 5 points with a tenth of wrong labels, 23 with three tenths; without, 1"
            ),
            "errors": Threshold(3.0, "standard errors of the difference"),
        },
        rows=10,
        stream="evaluation",
        card="mistakes",
        remedies=(remedies.right_labels,),
    ),
    Rule(
        code="rate_too_low",
        look=rate.too_low,
        values={"first_loss": "number", "loss": "number", "moved": "share", "learning_rate": "number"},
        thresholds={
            "iterations": Threshold(
                200, "a network that learns is far by then. Measured: SGD 0.03: 36 % of the first loss"
            ),
            "loss": Threshold(
                0.85, "of the first loss. Measured: SGD 0.001: 95 %, SGD 0.01: 78 %, after 200 iterations"
            ),
            "moved": Threshold(0.01, "of the first norm of all weights"),
            "falling": Threshold(0.5, "the share of falls less that of rises, of the newest evaluations"),
            "evaluations": Threshold(10, "of which falls and rises are counted"),
        },
        rows=5,
        needs=11,  # a rise or a fall needs two
        stream="evaluation",
        card="loss",
        remedies=(remedies.constant_rate, remedies.faster, remedies.adam),
        unless=CAUSES[:-1],
    ),
    Rule(
        code="classes_never_predicted",
        look=units.never_predicted,
        values={"count": "count", "classes": "classes", "total": "count"},
        thresholds={
            "classes": Threshold(1, "a class that was not predicted at this measurement and the one before"),
            "images": Threshold(
                10, "of this class: with fewer, a network that is right half of the time may miss all"
            ),
        },
        rows=2,
        stream="measurement",
        card="confusion",
        remedies=(remedies.fitting_weights, remedies.faster_or_slower),
        unless=CAUSES,
    ),
    Rule(
        code="overfitting",
        look=fit.overfitting,
        values={
            "best_at": "count",
            "best": "number",
            "loss": "number",
            "rise": "share",
            "train_loss": "number",
            "part": "part",
        },
        thresholds={
            "rise": Threshold(0.05, "above the lowest loss: Prechelt 1998, criterion GL of 5 %"),
            "nats": Threshold(0.02, "at least this much: near a loss of 0, 5 % is nothing"),
            "smoothed": Threshold(5, "evaluations of a median, so that no single one is the lowest"),
        },
        rows=10,
        needs=6,  # medians of five, and the lowest before
        stream="evaluation",
        card="loss",
        opens_at_start=True,
        remedies=(
            remedies.early_stopping,
            remedies.more_images,
            remedies.dropout,
            remedies.l2,
            remedies.shifted,
        ),
    ),
    Rule(
        code="gap",
        look=fit.gap,
        values={"train": "share", "held_out": "share", "gap": "points", "part": "part"},
        thresholds={
            "gap": Threshold(
                0.1,
                "Measured: 300 images of MNIST (lesson 3a) 23 to 26 points, 100 digits 14, all 1,437 digits 3 to 4",
            ),
            "errors": Threshold(3.0, "standard errors of the difference"),
        },
        rows=10,
        stream="evaluation",
        card="accuracy",
        remedies=(remedies.more_images, remedies.dropout, remedies.l2, remedies.shifted),
        unless=("overfitting",),
    ),
    Rule(
        code="underfitting",
        look=fit.underfitting,
        values={"train": "share", "held_out": "share", "loss": "number", "part": "part"},
        thresholds={
            "fall": Threshold(
                0.03, "of the loss over these evaluations. Measured: runs that still learn, 10 % and more"
            ),
            "evaluations": Threshold(30, "as the page calls a plateau after many evaluations"),
            "accuracy": Threshold(0.9, "of the images trained on"),
            "gap": Threshold(0.05, "between the accuracies; above, it is not the network that is too small"),
        },
        rows=10,
        needs=35,  # the median of five, 30 evaluations earlier
        stream="evaluation",
        card="accuracy",
        remedies=(remedies.wider, remedies.hidden_layer),
        unless=CAUSES,
        # too high a rate may have cost the network its units; it has learned nothing since
        never_after=("rate_too_high",),
    ),
    Rule(
        code="plateau",
        look=fit.plateau,
        values={"loss": "number", "earlier": "number", "evaluations": "count"},
        thresholds={
            "fall": Threshold(
                0.03, "of the loss over these evaluations. Measured: runs that still learn, 10 % and more"
            ),
            "evaluations": Threshold(30, "as the page calls a plateau after many evaluations"),
            "accuracy": Threshold(0.95, "of the images trained on; above, there is little left to learn"),
        },
        rows=10,
        needs=35,  # the median of five, 30 evaluations earlier
        stream="evaluation",
        card="loss",
        remedies=(remedies.constant_rate, remedies.slower_from_here, remedies.adam),
        unless=(*CAUSES, "underfitting", "overfitting"),
    ),
)

#: code → rule
RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}
