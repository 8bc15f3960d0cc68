# The pods of examples/kubernetes, run here one after the other, read the whole archive; its two numbers of parts agree.
"$TEST_PYTHON" -c 'import yaml' 2>/dev/null || { echo "PyYAML is not installed: scripts/setup --tests" >&2; exit 77; }
mkdir -p archive out/parts
for i in 1 2 3 4 5 6 7 8; do cp "$EXAMPLES/documents/letter.png" "archive/$i.png"; done
"$TEST_PYTHON" - "$EXAMPLES/kubernetes/scan-archive.yaml" >pod.sh <<'PYTHON'
import shlex, sys, yaml
spec = yaml.safe_load(open(sys.argv[1]))["spec"]
container = spec["template"]["spec"]["containers"][0]
environment = {e["name"]: e["value"] for e in container["env"]}
assert environment["JOB_COMPLETIONS"] == str(spec["completions"]) and spec["completionMode"] == "Indexed"
mounts = {m["mountPath"] for m in container["volumeMounts"]}
assert {"/archive", "/out"} <= mounts and container["command"][0] == "ocrbatch"
print("export", *(f"{k}={v}" for k, v in environment.items()))
print(shlex.join(container["command"]).replace("/archive", "archive").replace("/out", "out"), '--model "$TEST_MODEL"')
PYTHON
for i in $(seq 0 15); do JOB_COMPLETION_INDEX=$i bash pod.sh 2>/dev/null; done
ls out/parts/*.jsonl | wc -l
ocrbatch merge out/parts/*.jsonl --input archive --out joined.jsonl --quiet
ocrbatch scan archive --model "$TEST_MODEL" --out whole.jsonl --quiet
cmp joined.jsonl whole.jsonl
