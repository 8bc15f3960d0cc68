# --metrics writes what Prometheus reads, also when a run fails, and then keeps the time of the last success.
"$TEST_PYTHON" -c 'import prometheus_client' 2>/dev/null || { echo "prometheus_client is not installed: scripts/setup --tests" >&2; exit 77; }
show() {
  "$TEST_PYTHON" - <<'PYTHON'
from prometheus_client.parser import text_string_to_metric_families
samples = {(s.name, *s.labels.values()): s.value for f in text_string_to_metric_families(open("run.prom").read()) for s in f.samples}
assert all(name[0].startswith("ocrbatch_") for name in samples)
for name in ("run_in_progress", "run_exit_status", "documents_done"):
    print(name, samples["ocrbatch_" + name,])
for status in ("ok", "error"):
    print("pages", status, samples["ocrbatch_pages", status])
print("queues", {name[1]: value for name, value in samples.items() if name[0] == "ocrbatch_queue_pages"})
print({name[1]: value for name, value in samples.items() if name[0] == "ocrbatch_errors"})
open("success", "a").write("%r\n" % samples["ocrbatch_last_success_timestamp_seconds",])
PYTHON
}
printf 'not a page' >torn.pdf
ocrbatch scan torn.pdf "$EXAMPLES/documents" --model "$TEST_MODEL" --out out.jsonl --metrics run.prom --quiet 2>/dev/null || echo "status $?"
show
ocrbatch scan torn.pdf --model "$TEST_MODEL" --out nowhere/out.jsonl --metrics run.prom --quiet 2>/dev/null || echo "status $?"
show
uniq -c success | awk '{print $1, ($2 > 1.7e9)}'
ocrbatch scan torn.pdf --model "$TEST_MODEL" --out out.jsonl --metrics nowhere/run.prom
