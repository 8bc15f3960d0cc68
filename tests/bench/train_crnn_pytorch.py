#!/usr/bin/env python3
"""Trains crnn_ctc (configs/crnn_ctc.json) in eager PyTorch as `ocrbatch train` does, and prints lines a second.

    ocrbatch synth --recipe configs/synth/plain.json --text TEXTS... --count 2000 --height 32 --out lines
    python tests/bench/train_crnn_pytorch.py lines --alphabet configs/alphabets/latin.txt --steps 40 --threads 2
    ocrbatch train --config configs/crnn_ctc.json --train lines --val lines --out run --max-steps 40 --cache run.cache \
        --set train.threads=2 train.workers=1 train.validation_lines=8 train.log_every_steps=10

Same network, optimizer, clipping, moving average, bfloat16 autocast, channels-last, batches of similar width; lines are
decoded before the clock starts, and the first steps are not counted. Needs torch, numpy and pillow.
"""
import argparse
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

CHANNELS, HIDDEN, LAYERS = [32, 64, 128, 128, 256, 256, 256], 256, 2
NORM = [False, False, True, False, True, True, True]
POOL = [(2, 2), (2, 2), None, (2, 1), None, (2, 1), None]


class Crnn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.convolutions, self.norms, self.lstms, self.linears = (nn.ModuleList() for _ in range(4))
        width = 1
        for i, channels in enumerate(CHANNELS):
            last = i + 1 == len(CHANNELS)
            self.convolutions.append(nn.Conv2d(width, channels, (2, 1) if last else 3, padding=0 if last else 1,
                                               bias=not NORM[i]))
            self.norms.append(nn.BatchNorm2d(channels) if NORM[i] else nn.Identity())
            width = channels
        for _ in range(LAYERS):
            self.lstms.append(nn.LSTM(width, HIDDEN, bidirectional=True, batch_first=True))
            self.linears.append(nn.Linear(2 * HIDDEN, HIDDEN))
            width = HIDDEN
        self.head = nn.Linear(HIDDEN, classes)

    def forward(self, x):
        for convolution, norm, pool in zip(self.convolutions, self.norms, POOL):
            x = F.relu(norm(convolution(x)))
            x = F.max_pool2d(x, pool) if pool else x
        x = x.squeeze(2).transpose(1, 2)
        with torch.autocast("cpu", enabled=False):
            x = x.float()
            for lstm, linear in zip(self.lstms, self.linears):
                x = linear(lstm(x)[0])
        return self.head(x).float()


def read_lines(folder, labels):
    lines = []
    for truth in sorted(pathlib.Path(folder).glob("*.gt.txt")):
        pixels = np.asarray(Image.open(str(truth)[: -len(".gt.txt")] + ".png").convert("L"))
        text = [labels[c] for c in truth.read_text().strip() if c in labels]
        if text and pixels.shape[1] // 4 > 2 * len(text):
            lines.append((torch.from_numpy(1 - pixels / 255.0).float(), text))
    return lines


def batches(lines, size, count):
    """Pools of 16 batches, sorted by width and cut, as the trainer's loader does it."""
    made = []
    while len(made) < count:
        pool = sorted(random.choices(lines, k=16 * size), key=lambda line: line[0].shape[1])
        cut = [pool[i:i + size] for i in range(0, len(pool), size)]
        random.shuffle(cut)
        made += cut
    return made[:count]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--alphabet", required=True)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    random.seed(1)
    words = [w for row in open(options.alphabet) if not row.startswith("# ") for w in row.split()]
    labels = {(" " if w == "<space>" else w): i + 1 for i, w in enumerate(words)}
    lines = read_lines(options.folder, labels)
    network = Crnn(len(words) + 1).to(memory_format=torch.channels_last)
    average = [p.detach().clone() for p in network.parameters()]
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.01)
    skipped, begin, done = max(4, options.steps // 8), None, 0
    for step, batch in enumerate(batches(lines, options.batch, options.steps)):
        if step == skipped:
            begin = time.perf_counter()
        columns = (max(image.shape[1] for image, _ in batch) + 31) // 32 * 32
        images = torch.zeros(len(batch), 1, batch[0][0].shape[0], columns)
        for i, (image, _) in enumerate(batch):
            images[i, 0, :, :image.shape[1]] = image
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(images.contiguous(memory_format=torch.channels_last))
        loss = F.ctc_loss(F.log_softmax(logits, -1).transpose(0, 1), torch.tensor([c for _, t in batch for c in t]),
                          torch.tensor([image.shape[1] // 4 for image, _ in batch]),
                          torch.tensor([len(t) for _, t in batch]), zero_infinity=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        torch._foreach_lerp_(average, [p.detach() for p in network.parameters()], 0.001)
        if begin is not None:
            done += len(batch)
    print(f"{done / (time.perf_counter() - begin):.1f} lines/s, loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
