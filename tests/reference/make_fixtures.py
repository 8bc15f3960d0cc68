#!/usr/bin/env python3
"""Writes fixtures/*.safetensors: inputs, weights, outputs and gradients of the recognizers' blocks.

Every block is written here once more, straight from its paper, with plain PyTorch operations in double precision and
one line at a time without padding. tests/recognizer/reference_test.cpp holds the C++ layers to these numbers.

    pip install torch==2.11.0 safetensors numpy && python tests/reference/make_fixtures.py

Names in a file: input.*, weight.* (as the C++ layer calls its parameters), output.y, and gradient.* of
sum(output.y * input.cotangent) for each differentiable input and weight.
"""
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "fixtures"


def drawn(*shape, scale=1.0):
    """Normal numbers that float32 holds exactly, as float64."""
    return (torch.randn(*shape) * scale).to(torch.float32).double()


def write(name, inputs, weights, compute, constants=()):
    """compute(inputs, weights) -> y. `constants` names inputs without gradients."""
    leaves = {f"input.{k}": v for k, v in inputs.items()} | {f"weight.{k}": v for k, v in weights.items()}
    for key, tensor in leaves.items():
        if tensor.is_floating_point() and key.removeprefix("input.") not in constants:
            tensor.requires_grad_()
    y = compute(inputs, weights)
    cotangent = drawn(*y.shape)
    (y * cotangent).sum().backward()
    file = {key: tensor.detach() for key, tensor in leaves.items()}
    file["output.y"] = y.detach()
    file["input.cotangent"] = cotangent
    for key, tensor in leaves.items():
        if tensor.grad is not None:
            file["gradient." + key] = tensor.grad
    file = {k: v.to(torch.float32 if v.is_floating_point() else v.dtype).contiguous() for k, v in file.items()}
    save_file(file, FOLDER / f"{name}.safetensors")
    print(name, sum(v.numel() * v.element_size() for v in file.values()), "bytes")


def scan(u, delta, A, B, C, D, z, delta_bias):
    """Algorithm 2 of arXiv 2312.00752 for one line: u, delta, z (T, channels), B, C (T, d_state)."""
    h = torch.zeros_like(A)
    rows = []
    for t in range(u.shape[0]):
        dt = F.softplus(delta[t] + delta_bias)
        h = torch.exp(dt[:, None] * A) * h + dt[:, None] * B[t][None, :] * u[t][:, None]
        rows.append((h * C[t][None, :]).sum(1) + D * u[t])
    return torch.stack(rows) * F.silu(z)


def by_line(lengths, width, line):
    """Stacks line(b) (length, ...) of each line, padded with zeros to `width` rows."""
    rows = []
    for b, length in enumerate(lengths.tolist()):
        y = line(b, length)
        rows.append(F.pad(y, (0, 0) * (y.dim() - 1) + (0, width - length)))
    return torch.stack(rows)


def selective_scan(reverse):
    batch, width, channels, d_state = 3, 13, 5, 4
    lengths = torch.tensor([13, 1, 8], dtype=torch.int32)
    inputs = dict(u=drawn(batch, width, channels), delta=drawn(batch, width, channels), A=-drawn(channels, d_state).abs(),
                  B=drawn(batch, width, d_state), C=drawn(batch, width, d_state), D=drawn(channels),
                  z=drawn(batch, width, channels), delta_bias=drawn(channels))

    def compute(i, _):
        def line(b, n):
            turn = (lambda x: x.flip(0)) if reverse else (lambda x: x)
            parts = [turn(i[k][b, :n]) for k in ("u", "delta", "B", "C", "z")]
            u, delta, B, C, z = parts
            return turn(scan(u, delta, i["A"], B, C, i["D"], z, i["delta_bias"]))
        return by_line(lengths, width, line)

    write("selective_scan_reverse" if reverse else "selective_scan", inputs | {"lengths": lengths}, {}, compute)


def mamba_direction(w, suffix, x, z, reverse, dt_rank, d_state):
    """x, z (T, d_inner): causal convolution, SiLU, projections, scan; from the line's end when reversed."""
    if reverse:
        x, z = x.flip(0), z.flip(0)
    kernel, bias = w[f"conv1d{suffix}.weight"], w[f"conv1d{suffix}.bias"]
    taps = kernel.shape[2]
    u = F.silu(F.conv1d(F.pad(x.T[None], (taps - 1, 0)), kernel, bias, groups=x.shape[1])[0].T)
    dt, B, C = project(w, f"x_proj{suffix}", u).split([dt_rank, d_state, d_state], dim=1)
    delta = project(w, f"dt_proj{suffix}", dt)
    y = scan(u, delta, -torch.exp(w[f"A{suffix}_log"]), B, C, w[f"D{suffix}"], z, w[f"dt_proj{suffix}.bias"])
    return y.flip(0) if reverse else y


def project(w, name, x, scale=None):
    """Without the bias; with LoRA where the weights have it (arXiv 2106.09685)."""
    matrix = w[name + ".weight"]
    if name + ".lora_A" in w:
        matrix = matrix + LORA_ALPHA / LORA_RANK * w[name + ".lora_B"] @ w[name + ".lora_A"]
    return x @ matrix.T


LORA_RANK, LORA_ALPHA = 2, 6.0


def mamba_layer(lora):
    batch, width, d_model, expand, d_state, d_conv = 3, 11, 6, 2, 3, 4
    d_inner, dt_rank = expand * d_model, (d_model + 15) // 16
    lengths = torch.tensor([11, 1, 6], dtype=torch.int32)
    w = {"norm.weight": drawn(d_model), "norm.bias": drawn(d_model)}
    matrices = {"in_proj": (2 * d_inner, d_model), "out_proj": (d_model, d_inner)}
    for s in ("", "_b"):
        matrices[f"x_proj{s}"] = (dt_rank + 2 * d_state, d_inner)
        matrices[f"dt_proj{s}"] = (d_inner, dt_rank)
        w[f"mixer.conv1d{s}.weight"] = drawn(d_inner, 1, d_conv, scale=0.5)
        w[f"mixer.conv1d{s}.bias"] = drawn(d_inner, scale=0.3)
        w[f"mixer.dt_proj{s}.bias"] = drawn(d_inner, scale=0.5)
        w[f"mixer.A{s}_log"] = drawn(d_inner, d_state, scale=0.5)
        w[f"mixer.D{s}"] = drawn(d_inner)
    for name, shape in matrices.items():
        w[f"mixer.{name}.weight"] = drawn(*shape, scale=1 / math.sqrt(shape[1]))
        if lora:
            w[f"mixer.{name}.lora_A"] = drawn(LORA_RANK, shape[1], scale=0.4)
            w[f"mixer.{name}.lora_B"] = drawn(shape[0], LORA_RANK, scale=0.4)

    def compute(i, weights):
        m = {k.removeprefix("mixer."): v for k, v in weights.items()}

        def line(b, n):
            x = i["x"][b, :n]
            xz = project(m, "in_proj", F.layer_norm(x, (d_model,), weights["norm.weight"], weights["norm.bias"]))
            inner, z = xz.chunk(2, dim=1)
            y = sum(mamba_direction(m, s, inner, z, r, dt_rank, d_state) for s, r in (("", False), ("_b", True)))
            return x + project(m, "out_proj", y)
        return by_line(lengths, width, line)

    write("mamba_layer_lora" if lora else "mamba_layer", dict(x=drawn(batch, width, d_model), lengths=lengths), w, compute)


def lora_linear():
    w = dict(weight=drawn(7, 5), bias=drawn(7), lora_A=drawn(LORA_RANK, 5), lora_B=drawn(7, LORA_RANK))
    write("lora_linear", dict(x=drawn(4, 3, 5)), w,
          lambda i, w: i["x"] @ (w["weight"] + LORA_ALPHA / LORA_RANK * w["lora_B"] @ w["lora_A"]).T + w["bias"])


def basic_block():
    """ResNet's basic block (arXiv 1512.03385) with stride (2, 1) in evaluation, and a bottleneck adapter behind it."""
    c_in, c_out, inside = 4, 6, 3
    w = {"conv1.weight": drawn(c_out, c_in, 3, 3, scale=0.3), "conv2.weight": drawn(c_out, c_out, 3, 3, scale=0.3),
         "downsample.0.weight": drawn(c_out, c_in, 1, 1, scale=0.5),
         "adapter.down.weight": drawn(inside, c_out, 1, 1, scale=0.5), "adapter.down.bias": drawn(inside),
         "adapter.up.weight": drawn(c_out, inside, 1, 1, scale=0.5), "adapter.up.bias": drawn(c_out)}
    statistics = {}
    for norm in ("bn1", "bn2", "downsample.1"):
        w[norm + ".weight"], w[norm + ".bias"] = drawn(c_out), drawn(c_out)
        statistics[norm + ".running_mean"] = drawn(c_out)
        statistics[norm + ".running_var"] = drawn(c_out).abs() + 0.5

    def norm(w, name, x):
        mean, var = statistics[name + ".running_mean"], statistics[name + ".running_var"]
        scale = w[name + ".weight"] / torch.sqrt(var + 1e-5)
        return (x - mean[:, None, None]) * scale[:, None, None] + w[name + ".bias"][:, None, None]

    def compute(i, w):
        x = i["x"]
        inner = F.relu(norm(w, "bn1", F.conv2d(x, w["conv1.weight"], stride=(2, 1), padding=1)))
        skip = norm(w, "downsample.1", F.conv2d(x, w["downsample.0.weight"], stride=(2, 1)))
        y = F.relu(norm(w, "bn2", F.conv2d(inner, w["conv2.weight"], padding=1)) + skip)
        down = F.relu(F.conv2d(y, w["adapter.down.weight"], w["adapter.down.bias"]))
        return y + F.conv2d(down, w["adapter.up.weight"], w["adapter.up.bias"])

    write("basic_block", dict(x=drawn(2, c_in, 6, 9)) | {"statistics." + k: v for k, v in statistics.items()}, w, compute,
          constants=["statistics." + k for k in statistics])


def attention_step():
    """Two steps of a location-aware attention decoder (arXiv 1409.0473, 1506.07503) with a GRU (arXiv 1406.1078)."""
    features, hidden, attention, embedding, filters, window, classes, width = 6, 6, 5, 4, 8, 15, 7, 9
    counts = torch.tensor([9, 4], dtype=torch.int32)
    previous = torch.tensor([[0, 3], [0, 5]])
    w = {"embedding.weight": drawn(classes, embedding), "query.weight": drawn(attention, hidden), "query.bias": drawn(attention),
         "key.weight": drawn(attention, features), "location_convolution.weight": drawn(filters, 2, window, scale=0.3),
         "location.weight": drawn(attention, filters), "energy.weight": drawn(1, attention),
         "cell.weight_ih": drawn(3 * hidden, embedding + features, scale=0.4), "cell.weight_hh": drawn(3 * hidden, hidden, scale=0.4),
         "cell.bias_ih": drawn(3 * hidden), "cell.bias_hh": drawn(3 * hidden),
         "head.weight": drawn(classes, hidden + features), "head.bias": drawn(classes)}

    def gru(w, x, h):
        ri, zi, ni = (x @ w["cell.weight_ih"].T + w["cell.bias_ih"]).chunk(3)
        rh, zh, nh = (h @ w["cell.weight_hh"].T + w["cell.bias_hh"]).chunk(3)
        r, z = torch.sigmoid(ri + rh), torch.sigmoid(zi + zh)
        return (1 - z) * torch.tanh(ni + r * nh) + z * h

    def compute(i, w):
        lines = []
        for b, n in enumerate(counts.tolist()):
            frames = i["frames"][b, :n]
            h, last, total = torch.zeros(hidden).double(), torch.zeros(n).double(), torch.zeros(n).double()
            for label in previous[b].tolist():
                looked = F.pad(torch.stack([last, total]), (window // 2, window // 2))
                energies = []
                for t in range(n):
                    history = (w["location_convolution.weight"] * looked[None, :, t:t + window]).sum((1, 2))
                    inner = torch.tanh(w["query.weight"] @ h + w["query.bias"] + w["key.weight"] @ frames[t] +
                                       w["location.weight"] @ history)
                    energies.append(w["energy.weight"][0] @ inner)
                last = torch.softmax(torch.stack(energies), 0)
                total = total + last
                context = last @ frames
                h = gru(w, torch.cat([w["embedding.weight"][label], context]), h)
                logits = w["head.weight"] @ torch.cat([h, context]) + w["head.bias"]
            lines.append(logits)
        return torch.stack(lines)

    write("attention_step", dict(frames=drawn(2, width, features), counts=counts, previous=previous), w, compute)


def ctc_loss():
    """Forward algorithm of Graves et al. 2006 on log-probabilities, each line by its own frames and labels."""
    classes, width = 5, 12
    frames = torch.tensor([12, 7, 3])
    targets = [[1, 2, 2, 4], [3, 3], [1, 2, 3]]

    def line(logits, labels):
        log_p = torch.log_softmax(logits, 1)
        extended = [0]
        for label in labels:
            extended += [label, 0]
        never = torch.tensor(-1e30).double()
        alpha = [log_p[0, 0], log_p[0, extended[1]]] + [never] * (len(extended) - 2)
        for t in range(1, logits.shape[0]):
            now = []
            for s, label in enumerate(extended):
                ways = [alpha[s]] + ([alpha[s - 1]] if s > 0 else [])
                if s > 1 and label != 0 and label != extended[s - 2]:
                    ways.append(alpha[s - 2])
                now.append(torch.logsumexp(torch.stack(ways), 0) + log_p[t, label])
            alpha = now
        return -torch.logsumexp(torch.stack(alpha[-2:]), 0) / len(labels)

    def compute(i, _):
        return torch.stack([line(i["logits"][b, :n], targets[b]) for b, n in enumerate(frames.tolist())]).mean()[None]

    flat = torch.tensor([label for labels in targets for label in labels])
    write("ctc_loss", dict(logits=drawn(3, width, classes), frames=frames, labels=flat,
                           label_counts=torch.tensor([len(t) for t in targets])), {}, compute)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(1)
    selective_scan(reverse=False)
    selective_scan(reverse=True)
    mamba_layer(lora=False)
    mamba_layer(lora=True)
    lora_linear()
    basic_block()
    attention_step()
    ctc_loss()
