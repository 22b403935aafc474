"""Training steps in PyTorch, float32 on the processor: a plain ViT, and the SuperNet as the paper draws it.

Reads a line of JSON for each order and answers with one: {"form", "network", "batch", "sources", "rank", "count"}
→ milliseconds of each of `count` steps. The first line that it writes says the version and how fast matrices are
multiplied. Forms and shapes are those of bench/step/case.ts; docs/method.md says what they compute. Random weights
and images: only time is measured.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Patches(nn.Module):
    """Images → tokens: patches, class token, positions."""

    def __init__(self, net):
        super().__init__()
        count = (net["image"] // net["patch"]) ** 2
        self.patches = nn.Conv2d(net["channels"], net["width"], net["patch"], net["patch"])
        self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, net["width"]))
        self.positions = nn.Parameter(0.02 * torch.randn(1, count + 1, net["width"]))

    def forward(self, images):
        rows = self.patches(images).flatten(2).transpose(1, 2)
        return torch.cat([self.class_token.expand(len(images), -1, -1), rows], 1) + self.positions


class Layers(nn.Module):
    """The linear layers of a block."""

    def __init__(self, net):
        super().__init__()
        width, hidden = net["width"], net["hidden"]
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.into = nn.Linear(width, hidden)
        self.back = nn.Linear(hidden, width)


def attention(q, k, v, heads):
    batch, tokens, width = q.shape
    q, k, v = (x.reshape(batch, tokens, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    weights = (q @ k.transpose(-2, -1) * (width // heads) ** -0.5).softmax(-1)
    return (weights @ v).transpose(1, 2).reshape(batch, tokens, width)


class Plain(nn.Module):
    """One network, and U_out."""

    def __init__(self, net, sources):
        super().__init__()
        width, self.heads = net["width"], net["heads"]
        self.embed = Patches(net)
        self.layers = nn.ModuleList(Layers(net) for _ in range(net["blocks"]))
        norm = lambda: nn.LayerNorm(width, net["epsilon"])
        self.norms = nn.ModuleList(nn.ModuleList([norm(), norm()]) for _ in range(net["blocks"]))
        self.norm = norm()
        self.unmerge = nn.Linear(width, sources * width, bias=False)

    def forward(self, images):
        x = self.embed(images)
        for layers, (norm1, norm2) in zip(self.layers, self.norms):
            x = x + layers.out(attention(*layers.qkv(norm1(x)).chunk(3, -1), self.heads))
            x = x + layers.back(F.gelu(layers.into(norm2(x))))
        return self.unmerge(self.norm(x[:, 0]))


class Full(nn.Module):
    """M `[Σ widths, merged]` or U `[merged, Σ widths]`, every number learned."""

    def __init__(self, rows, columns, rank):
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(rows, columns) * rows**-0.5)

    def forward(self, x):
        return x @ self.matrix


class LowRank(nn.Module):
    """Diagonal blocks and `A B`, which is never made dense."""

    def __init__(self, rows, columns, rank):
        super().__init__()
        self.merged, self.merges = min(rows, columns), rows > columns
        self.diagonal = nn.Parameter(torch.full((max(rows, columns),), 1.0))
        self.a = nn.Parameter(torch.zeros(rows, rank))
        self.b = nn.Parameter(0.1 * torch.randn(rank, columns) / rank)

    def forward(self, x):
        low = (x @ self.a) @ self.b
        if self.merges:
            return low + (x * self.diagonal).unflatten(-1, (-1, self.merged)).sum(-2)
        return low + (x.unsqueeze(-2) * self.diagonal.view(-1, self.merged)).flatten(-2)


class SuperNet(nn.Module):
    """Every activation goes through U, all the sources' frozen layers, then M."""

    def __init__(self, net, sources, kind, rank):
        super().__init__()
        width, hidden, self.heads = net["width"], net["hidden"], net["heads"]
        self.embeds = nn.ModuleList(Patches(net) for _ in range(sources))
        self.sources = nn.ModuleList(nn.ModuleList(Layers(net) for _ in range(sources)) for _ in range(net["blocks"]))
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        # The rank holds at the model's width and grows with the layer's.
        merge = lambda size: kind(sources * size, size, max(1, rank * size // width))
        unmerge = lambda size: kind(size, sources * size, max(1, rank * size // width))
        self.embedded = merge(width)
        merges = {"m_q": width, "m_k": width, "m_v": width, "m_o": width, "m_1": hidden, "m_2": width}
        unmerges = {"u_att": width, "u_o": width, "u_0": width, "u_1": hidden}
        self.matrices = nn.ModuleList(
            nn.ModuleDict(
                {name: merge(size) for name, size in merges.items()}
                | {name: unmerge(size) for name, size in unmerges.items()}
            )
            for _ in range(net["blocks"])
        )
        norm = lambda: nn.LayerNorm(width, net["epsilon"])
        self.norms = nn.ModuleList(nn.ModuleList([norm(), norm()]) for _ in range(net["blocks"]))
        self.norm = norm()
        self.unmerge = unmerge(width)

    def forward(self, images):
        x = self.embedded(torch.cat([embed(images) for embed in self.embeds], -1))
        for layers, of, (norm1, norm2) in zip(self.sources, self.matrices, self.norms):
            packed = [own.qkv(seen).chunk(3, -1) for own, seen in zip(layers, self.guess(of["u_att"], norm1(x)))]
            q, k, v = (of[name](torch.cat(parts, -1)) for name, parts in zip(("m_q", "m_k", "m_v"), zip(*packed)))
            mixed = self.guess(of["u_o"], attention(q, k, v, self.heads))
            x = x + self.merge(of["m_o"], [own.out(seen) for own, seen in zip(layers, mixed)])
            into = self.guess(of["u_0"], norm2(x))
            hidden = F.gelu(self.merge(of["m_1"], [own.into(seen) for own, seen in zip(layers, into)]))
            back = self.guess(of["u_1"], hidden)
            x = x + self.merge(of["m_2"], [own.back(seen) for own, seen in zip(layers, back)])
        return self.unmerge(self.norm(x[:, 0]))

    def guess(self, matrix, x):
        return matrix(x).chunk(len(self.embeds), -1)

    def merge(self, matrix, parts):
        return matrix(torch.cat(parts, -1))


def model_of(order):
    net, sources = order["network"], order["sources"]
    if order["form"] == "plain":
        return Plain(net, sources)
    kind = Full if order["form"] == "activation-full" else LowRank
    return SuperNet(net, sources, kind, order["rank"])


class Prepared:
    def __init__(self, order):
        torch.manual_seed(1)
        net, batch, sources = order["network"], order["batch"], order["sources"]
        self.model = model_of(order)
        self.images = torch.rand(batch, net["channels"], net["image"], net["image"])
        self.target = torch.randn(batch, sources * net["width"])
        task = torch.arange(batch) * sources // batch
        own = F.one_hot(task, sources).repeat_interleave(net["width"], 1)
        self.weights = own / net["width"] / batch
        learned = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        # All tensors at once where PyTorch can: faster than one after the other.
        self.optimiser = torch.optim.AdamW(learned, lr=1e-4, weight_decay=1e-3, foreach=True)

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = (self.weights * (self.model(self.images) - self.target) ** 2).sum()
        loss.backward()
        self.optimiser.step()
        return loss.item()


def answer(prepared, order):
    key = json.dumps({name: order[name] for name in ("form", "network", "batch", "sources", "rank")})
    if key not in prepared:
        prepared[key] = Prepared(order)
    times = []
    for _ in range(order["count"]):
        start = time.perf_counter()
        prepared[key].step()
        times.append(1000 * (time.perf_counter() - start))
    return times


def gflops(size=512):
    """Of the best of a few matrix products."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - start)
    return 2e-9 * size**3 / min(times)


def main():
    print(json.dumps({"version": f"PyTorch {torch.__version__}", "gflops": gflops()}), flush=True)
    prepared = {}
    for line in sys.stdin:
        print(json.dumps(answer(prepared, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
