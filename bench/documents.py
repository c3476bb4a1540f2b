"""The documents: what somebody who writes about machine learning would write."""

from __future__ import annotations

from bench.document import Cell, Document

TOY = '''"""Helpers of the author's own."""

import numpy as np

WIDTH = 5 + MODULE_REVISION


def target(x):
    """Return the curve that is to be learnt."""
    return np.sin(3 * x) + 0.3 * x


def smooth(values):
    """Return the moving average over `WIDTH` values."""
    return np.convolve(values, np.ones(WIDTH) / WIDTH, mode="valid")
'''

MEASUREMENTS = "x,y\n" + "".join(
    f"{i / 50 - 2:.4f},{(i * 37 % 101) / 101 - 0.5:.4f}\n" for i in range(200)
)

NUMPY = Document(
    name="post-numpy",
    title="A small network from scratch",
    files=(("toy.py", TOY), ("measurements.csv", MEASUREMENTS)),
    cells=(
        Cell(
            "imports",
            "What we need: NumPy, matplotlib, and a module of our own.",
            """
import matplotlib.pyplot as plt
import numpy as np

import toy
""",
        ),
        Cell(
            "measured",
            "Measurements lie in a file beside this text. Revision PROSE_REVISION.",
            """
measured = np.loadtxt("measurements.csv", delimiter=",", skiprows=1)
x, noise = measured[:, :1], measured[:, 1:]
print("measured:", *measured.shape)
""",
            reads=("imports",),
        ),
        Cell(
            "curve",
            "The curve that the network has to find, with some noise on it.",
            """
y = toy.target(x) + 0.4 * noise
print(f"mean of y: {y.mean():.6f}")
""",
            reads=("imports", "measured"),
        ),
        Cell(
            "scatter",
            "It looks like this.",
            """
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.scatter(x, y, s=8, label="measured")
axes.plot(x, toy.target(x), label="curve")
axes.legend()
""",
            reads=("imports", "measured", "curve"),
            figure="Dots around a curve.",
        ),
        Cell(
            "network",
            "A network with one hidden layer, and its gradients by hand.",
            """
def forward(x, weights):
    W1, b1, W2, b2 = weights
    h = np.tanh(x @ W1 + b1)
    return h, h @ W2 + b2


def gradients(x, y, weights):
    W1, b1, W2, b2 = weights
    h, out = forward(x, weights)
    d_out = 2 * (out - y) / len(x)
    d_h = d_out @ W2.T * (1 - h**2)
    return x.T @ d_h, d_h.sum(0), h.T @ d_out, d_out.sum(0)
""",
            reads=("imports",),
        ),
        Cell(
            "training",
            "Training takes a moment.",
            """
rng = np.random.default_rng(0)
weights = [rng.normal(size=(1, 32)), np.zeros(32), rng.normal(size=(32, 1)) / 6, np.zeros(1)]
losses = []
for step in range(2500):
    losses.append(float(((forward(x, weights)[1] - y) ** 2).mean()))
    steps = gradients(x, y, weights)
    weights = [w - 0.05 * g for w, g in zip(weights, steps)]
print(f"loss: {losses[0]:.4f} at first, {losses[-1]:.4f} at last")
""",
            reads=("imports", "measured", "curve", "network"),
        ),
        Cell(
            "losses",
            "The loss falls fast, then slowly.",
            """
smoothed = toy.smooth(losses)
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.semilogy(losses, label="loss")
axes.semilogy(smoothed, label="smoothed")
axes.legend()
print(f"smoothed: {len(smoothed)} values, {smoothed[0]:.6f} at first")
""",
            reads=("imports", "training"),
            figure="A falling curve and a smoother one on it.",
        ),
        Cell(
            "table",
            "How well does it do where?",
            """
residuals = (forward(x, weights)[1] - y)[:, 0]
print("from   to     error")
for part in range(4):
    piece = slice(50 * part, 50 * (part + 1))
    error = np.sqrt((residuals[piece] ** 2).mean())
    print(f"{x[piece][0, 0]:5.2f} {x[piece][-1, 0]:5.2f}   {error:.4f}")
print(f"smoothest: {np.abs(toy.smooth(residuals)).max():.6f}")
""",
            reads=("imports", "measured", "curve", "network", "training"),
        ),
        Cell(
            "hidden",
            "What the hidden layer sees.",
            """
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.imshow(forward(x, weights)[0].T, aspect="auto")
axes.set(xlabel="measurement", ylabel="unit")
""",
            reads=("imports", "measured", "network", "training"),
            figure="A grid of cells, one row for each hidden unit.",
        ),
        Cell(
            "fit",
            "And this is what it has learnt.",
            """
fitted = forward(x, weights)[1]
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.scatter(x, y, s=8)
axes.plot(x, fitted)
axes.set_title("Revision LAST_REVISION")
print(f"fit LAST_REVISION: from {fitted.min():.4f} to {fitted.max():.4f}")
""",
            reads=("imports", "measured", "curve", "network", "training"),
            figure="Dots and the curve that the network has learnt.",
        ),
    ),
)

TENSORFLOW = Document(
    name="post-tensorflow",
    title="A small network with Keras",
    files=(("toy.py", TOY), ("measurements.csv", MEASUREMENTS)),
    cells=(
        *NUMPY.cells[:4],
        Cell(
            "keras",
            "This time Keras does the work.",
            """
import keras

keras.utils.set_random_seed(0)
""",
        ),
        Cell(
            "model",
            "A network with one hidden layer.",
            """
model = keras.Sequential(
    [keras.Input((1,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(1)]
)
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
print("weights:", model.count_params())
""",
            reads=("keras",),
        ),
        Cell(
            "training",
            "Training takes a moment.",
            """
history = model.fit(x, y, epochs=15, batch_size=50, verbose=0)
losses = history.history["loss"]
print(f"{len(losses)} epochs, the loss fell: {losses[-1] < losses[0]}")
""",
            reads=("imports", "measured", "curve", "model"),
        ),
        Cell(
            "losses",
            "The loss falls fast, then slowly.",
            """
smoothed = toy.smooth(losses)
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.semilogy(losses, label="loss")
axes.semilogy(smoothed, label="smoothed")
axes.legend()
print(f"smoothed: {len(smoothed)} values")
""",
            reads=("imports", "training"),
            figure="A falling curve and a smoother one on it.",
        ),
        Cell(
            "layers",
            "What Keras calls the weights.",
            """
for weight in model.weights:
    print(f"{weight.name:8} {weight.shape}")
""",
            reads=("model", "training"),
        ),
        Cell(
            "fit",
            "And this is what it has learnt.",
            """
fitted = model.predict(x, verbose=0)
fig, axes = plt.subplots(figsize=(6, 3.5))
axes.scatter(x, y, s=8)
axes.plot(x, fitted)
axes.set_title("Revision LAST_REVISION")
print("fit LAST_REVISION:", *fitted.shape)
""",
            reads=("imports", "measured", "curve", "model", "training"),
            figure="Dots and the curve that the network has learnt.",
        ),
    ),
)

DOCUMENTS = {"numpy": NUMPY, "tensorflow": TENSORFLOW}


def small_document(number: int) -> Document:
    """Return one of the many small documents of a large blog; all read the same local module."""
    return Document(
        name=f"small-{number:04}",
        title=f"Note {number}",
        files=(("helper.py", "def double(value):\n    return 2 * value\n"),),
        cells=(
            Cell("start", "A number.", f"number = {number}\nprint('number:', number)"),
            Cell(
                "doubled",
                "Twice that.",
                "import helper\n\ndoubled = helper.double(number)",
                reads=("start",),
            ),
            Cell(
                "shown",
                "And this comes of it. Revision PROSE_REVISION.",
                "print('revision LAST_REVISION:', doubled + 1)",
                reads=("start", "doubled"),
            ),
        ),
    )


def large_document(kind: str, cells: int, *, megabytes: int = 1024) -> Document:
    """Return a document that holds large arrays, and then has cells of one kind.

    Parameters
    ----------
    kind
        What these cells do with the arrays: `changes`, `reads` or `leaves`.
    cells
        How many of them there are.
    megabytes
        Size of all eight arrays together.
    """
    code = {
        "changes": "for array in arrays:\n    array[::4096] += NUMBER",
        "reads": "peak = max(float(array[NUMBER]) for array in arrays)",
        "leaves": "other = NUMBER + 1",
    }[kind]
    return Document(
        name=f"large-{kind}-{cells}",
        title="Large arrays",
        cells=(
            Cell(
                "arrays",
                "They take their room.",
                "import numpy as np\n\n"
                f"size = {megabytes} * 2**17 // 8\n"
                "arrays = [np.arange(size, dtype=float) + i for i in range(8)]\n"
                "print('bytes:', sum(array.nbytes for array in arrays))",
            ),
            *(
                Cell(
                    f"{kind}-{number}",
                    "Then something happens.",
                    code.replace("NUMBER", str(number)),
                    reads=("arrays",),
                )
                for number in range(1, cells + 1)
            ),
        ),
    )
