#!/usr/bin/env python3
"""Times other programs' selective scans at the sizes of cuda_kernels_bench, and prints JSON of the same form.

    python tests/bench/scan_rivals.py --seconds 120 >rivals.json

By eager PyTorch (a step after the other), torch.compile (the same, 16 steps a graph; and associative_scan, forward
only) and, where it is installed, mamba-ssm's kernel, whose lines are padded, here to their own length: all are of one
length. Each has its operands in the layout that it wants. One that fails has a row with its error. The scan is gated,
with softplus and D, as in kernels/selective_scan.h. Needs torch; rows that no time is left for are left out.
"""
import argparse
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

FRAMES, CHUNK = 65536, 16
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def operands(steps, channels, states, dtype, channels_first):
    def numbers(*sizes):
        return torch.randn(*sizes, device="cuda")
    lines = FRAMES // steps
    scan = {name: numbers(lines, steps, channels).to(dtype) for name in ("u", "delta", "z")}
    scan |= {name: numbers(lines, steps, states).to(dtype) for name in ("B", "C")}
    if channels_first:
        scan = {name: rows.transpose(1, 2).contiguous() for name, rows in scan.items()}
    scan["A"] = -torch.arange(1.0, states + 1, device="cuda").repeat(channels, 1)
    scan["D"], scan["bias"] = numbers(channels), numbers(channels)
    return scan


def steps_of(state, u, dt, A, B, C):
    outputs = []
    for t in range(u.shape[1]):
        state = torch.exp(dt[:, t, :, None] * A) * state + (dt[:, t] * u[:, t])[..., None] * B[:, t, None]
        outputs.append((state * C[:, t, None]).sum(-1))
    return state, torch.stack(outputs, 1)


def scan_in_steps(s, compute):
    u, B, C = s["u"].float(), s["B"].float(), s["C"].float()
    dt = F.softplus(s["delta"].float() + s["bias"])
    state = torch.zeros(u.shape[0], u.shape[2], B.shape[2], device=u.device)
    outputs = []
    for first in range(0, u.shape[1], CHUNK):
        part = slice(first, first + CHUNK)
        state, y = compute(state, u[:, part], dt[:, part], s["A"], B[:, part], C[:, part])
        outputs.append(y)
    y = torch.cat(outputs, 1) + s["D"] * u
    return (y * F.silu(s["z"].float())).to(s["u"].dtype)


def scan_associative(s):
    from torch._higher_order_ops.associative_scan import associative_scan
    u, dt = s["u"].float(), F.softplus(s["delta"].float() + s["bias"])
    decays = torch.exp(dt[..., None] * s["A"])
    inputs = (dt * u)[..., None] * s["B"].float()[:, :, None]
    _, states = associative_scan(lambda a, b: (a[0] * b[0], b[0] * a[1] + b[1]), (decays, inputs), dim=1)
    y = (states * s["C"].float()[:, :, None]).sum(-1) + s["D"] * u
    return (y * F.silu(s["z"].float())).to(s["u"].dtype)


def rivals():
    """Name, function of the operands, whether (lines, channels, steps) is its layout, whether it has gradients."""
    try:
        from mamba_ssm.ops.selective_scan_interface import selective_scan_fn
        yield "mamba-ssm", lambda s: selective_scan_fn(s["u"], s["delta"], s["A"], s["B"], s["C"], s["D"], s["z"],
                                                       s["bias"], delta_softplus=True), True, True
    except ImportError as error:
        print(f"without mamba-ssm: {error}", file=sys.stderr)
    yield "torch eager", lambda s: scan_in_steps(s, steps_of), False, True
    compiled = torch.compile(steps_of, dynamic=False)
    yield "torch.compile", lambda s: scan_in_steps(s, compiled), False, True
    yield "torch.compile associative_scan", torch.compile(scan_associative, dynamic=False), False, False


def times_of(run, repetitions):
    """Milliseconds: median, lowest and highest."""
    run(), run()
    times = []
    for _ in range(repetitions):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return {"ms": statistics.median(times), "lowest_ms": min(times), "highest_ms": max(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--T", type=int, nargs="+", default=[64, 128, 256, 512, 1024, 2048])
    parser.add_argument("--D", type=int, nargs="+", default=[512])
    parser.add_argument("--N", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--dtype", nargs="+", choices=DTYPES, default=["bfloat16"])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no row after so many")
    arguments = parser.parse_args()
    until = time.monotonic() + arguments.seconds
    device = torch.cuda.get_device_properties(0)
    about = {"name": device.name, "multiprocessors": device.multi_processor_count, "torch": torch.__version__}
    separator = f'{{"device": {json.dumps(about)},\n"rows": [\n'

    def add(row):
        nonlocal separator
        print(separator, json.dumps(row), sep="", end="", flush=True)
        separator = ",\n"

    sizes = [(t, d, n, dtype) for n in arguments.N for t in arguments.T for d in arguments.D for dtype in arguments.dtype]
    for by, scan, channels_first, differentiable in rivals():
        # One that compiles for each size leaves half of the time to the others.
        share = time.monotonic() + (until - time.monotonic()) / 2
        for steps, channels, states, dtype in sizes:
            row = {"by": by, "T": steps, "D": channels, "N": states, "dtype": dtype, "directions": 1}
            if time.monotonic() > share:
                break
            try:
                given = operands(steps, channels, states, DTYPES[dtype], channels_first)
                with torch.no_grad():
                    add({"kernel": "scan_forward"} | row | times_of(lambda: scan(given), arguments.repetitions))
                if differentiable:
                    leaves = [v.requires_grad_() for v in given.values()]
                    out = scan(given)
                    grad = torch.randn_like(out)
                    add({"kernel": "scan_backward"} | row | times_of(
                        lambda: torch.autograd.grad(out, leaves, grad, retain_graph=True), arguments.repetitions))
                    del out
            except Exception as error:  # whatever a rival stumbles over, the others go on
                add(row | {"error": (str(error).splitlines() or [repr(error)])[0][:200]})
    print("\n]}")


if __name__ == "__main__":
    main()
