# The files of examples/cron are what cron, systemd and logrotate accept, and their command lines are ones that ocrbatch takes.
for tool in systemd-analyze logrotate crontab; do
  PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "$tool is not installed: scripts/setup --tests" >&2; exit 77; }
done
cp "$EXAMPLES"/cron/* .
# systemd-analyze wants the program to be there.
sed -i "s|/usr/bin/ocrbatch|$OCRBATCH|" ocrbatch.service
SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no ./ocrbatch.service ./ocrbatch.timer 2>&1 | grep 'ocrbatch\.' || true
systemd-analyze security --offline=true --threshold=35 ./ocrbatch.service >/dev/null && echo "closed in"

# As it would run: with folders of our own in place of the system's.
mkdir -p archive state log
cp "$EXAMPLES/documents/letter.png" archive/
localize() { sed "s|/srv/archive|$PWD/archive|g; s|/var/lib/ocrbatch|$PWD/state|g; s|/var/log/ocrbatch|$PWD/log|g; s|ionice -c idle||; s|ocrbatch scan|ocrbatch scan --model $TEST_MODEL|"; }
sed -n 's/^15 1 \* \* \* ocrbatch //p' ocrbatch.crontab | localize >job.sh
[[ -s job.sh ]] && bash job.sh && jq -r .document state/results.jsonl | grep -c 'letter.png$'
sed -n 's/^ExecStart=//p' ocrbatch.service | localize >service.sh
bash service.sh 2>/dev/null && grep -c '^ocrbatch_run_exit_status 0$' state/ocrbatch.prom
# What cron itself would run on.
sed 's/^\([0-9* ]*\) ocrbatch /\1 /' ocrbatch.crontab >user.crontab
crontab -n user.crontab >/dev/null 2>&1 || crontab -T user.crontab >/dev/null 2>&1 && echo "a crontab"

sed "s|/var/log/ocrbatch|$PWD/log|; s|su ocrbatch adm|su $(id -un) $(id -gn)|; s|ocrbatch adm|$(id -un) $(id -gn)|" ocrbatch.logrotate >rotate
chmod 644 rotate
for _ in 1 2; do PATH=$PATH:/usr/sbin logrotate --force --state rotated rotate; echo >>log/scan.log; done
ls log
