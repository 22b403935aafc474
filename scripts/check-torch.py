"""Opens checkpoints with PyTorch and prints what it finds: python3 scripts/check-torch.py FILE...

One line a tensor, fields parted by tabs: name, shape, dtype, sum of the elements, sum of each element times its place (from 1).
Loads weights only where this PyTorch can (1.13 and later), so that a file it opens asks to run no code.
"""

import inspect
import sys

import torch

weights_only = "weights_only" in inspect.signature(torch.load).parameters


def describe(name, tensor):
    values = tensor.detach().double().flatten()
    places = torch.arange(1, values.numel() + 1, dtype=torch.float64)
    dtype = str(tensor.dtype).removeprefix("torch.")
    sums = (values.sum().item(), (values * places).sum().item())
    print(name, list(tensor.shape), dtype, *map(repr, sums), sep="\t")


def main(files):
    if not files:
        sys.exit(__doc__)
    for file in files:
        state = torch.load(file, map_location="cpu", **({"weights_only": True} if weights_only else {}))
        print(f"# {file}: {len(state)} tensors, PyTorch {torch.__version__}, weights only: {weights_only}")
        for name, tensor in state.items():
            describe(name, tensor)


if __name__ == "__main__":
    main(sys.argv[1:])
