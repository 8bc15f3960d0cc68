"""Other OCR programs, each run at its best on the same pages: what compare_rivals and accuracy share.

Every run_* takes the options (jobs, lines: the pages are single lines; ocrbatch, model, rapidocr, tessdata: None where the
program's own will do), the pages and a folder, writes a page's text to
page.out(folder) and returns the seconds that it took.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}

# Reads "image<TAB>text file" lines from standard input once "ready" is out.
RAPIDOCR = """
import sys
from rapidocr import RapidOCR
engine = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                          "EngineConfig.onnxruntime.inter_op_num_threads": 1})
print("ready", flush=True)
for line in sys.stdin:
    image, out = line.rstrip("\\n").split("\\t")
    try:
        texts = engine(image).txts or ()
    except Exception:  # a page that it cannot read
        texts = ()
    open(out, "w").write("\\n".join(texts))
    print("done", flush=True)
"""


@dataclasses.dataclass
class Page:
    path: pathlib.Path
    language: str
    name: str  # FOLDER's name / the path below, without the suffix

    def out(self, folder):
        target = folder / (self.name + ".txt")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def pages_of(arguments, every):
    pages = []
    for argument in arguments:
        folder, _, language = argument.partition("=")
        folder = pathlib.Path(folder).resolve()
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGES | {".pdf"})[::every]
        if not found:
            sys.exit(f"{folder}: holds no page images and no PDFs")
        pages += [Page(p, language or "eng", str(folder.name / p.relative_to(folder).with_suffix(""))) for p in found]
    return pages


def run_ocrbatch(options, pages, out):
    names = "".join(f"{page.path}\0" for page in pages).encode()
    texts = out / "as-written"
    start = time.monotonic()
    model = ["--model", options.model] if options.model else []
    subprocess.run([options.ocrbatch, "scan", "-", "--out", out / "results.jsonl", "--state", "none", "--txt", texts,
                    "--layout", "line" if options.lines else "fast", "--jobs", str(options.jobs), "--quiet", *model],
                   input=names, check=False)
    seconds = time.monotonic() - start
    for page in pages:
        written = texts / (str(page.path).lstrip("/") + ".txt")
        if written.exists():
            shutil.copy(written, page.out(out))
    return seconds


def run_tesseract(options, pages, out):
    environment = dict(os.environ, OMP_THREAD_LIMIT="1")
    extra = ["--psm", "7" if options.lines else "3"]
    if options.tessdata:
        extra += ["--tessdata-dir", options.tessdata]

    def read(page):
        subprocess.run(["tesseract", page.path, page.out(out).with_suffix(""), "-l", page.language, *extra], env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(read, pages))
    return time.monotonic() - start


def run_rapidocr(options, pages, out):
    workers = [subprocess.Popen([options.rapidocr, "-c", RAPIDOCR], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True) for _ in range(options.jobs)]
    for worker in workers:
        if worker.stdout.readline() != "ready\n":
            sys.exit(f"{options.rapidocr}: has no rapidocr that works")
    waiting = iter(pages)
    lock = threading.Lock()

    def serve(worker):
        while True:
            with lock:
                page = next(waiting, None)
            if page is None:
                break
            worker.stdin.write(f"{page.path}\t{page.out(out)}\n")
            worker.stdin.flush()
            worker.stdout.readline()

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(serve, workers))
    seconds = time.monotonic() - start
    for worker in workers:
        worker.stdin.close()
        worker.wait()
    return seconds


def run_ocrmypdf(options, pages, out):
    start = time.monotonic()
    for page in pages:
        subprocess.run(["ocrmypdf", "--force-ocr", "--jobs", str(options.jobs), "-l", page.language, "--quiet", "--sidecar",
                        page.out(out), page.path, out / "out.pdf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)
    return time.monotonic() - start


RIVALS = {"tesseract": (run_tesseract, IMAGES), "rapidocr": (run_rapidocr, IMAGES), "ocrmypdf": (run_ocrmypdf, {".pdf"})}


def gather_truth(pages, folder):
    """Copies the pages' NAME.gt.txt, and the rules of their transcriptions, to where a scorer looks for them."""
    for page in pages:
        beside = page.path.with_suffix(".gt.txt")
        if beside.exists():
            target = folder / (page.name + ".gt.txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(beside, target)
        rules = page.path.parent.parent / "normalize.json"
        if rules.exists() and folder.exists():
            shutil.copy(rules, folder)
