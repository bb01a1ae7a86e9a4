#!/bin/bash
# Runs as root in the virtual machine of `cargo xtask package --check`, under systemd: installs the package, has the service
# do all that it is for, and takes the package away again. Each line that is sent is a check: how it came out, what it is,
# what was seen.

cd /
export LC_ALL=C.UTF-8 HOME=/tmp
exec 3>/dev/ttyS1
traces=/var/lib/syscord

tell() { printf '%s\t%s\t%s\n' "$1" "$2" "${3//$'\n'/; }" >&3; }
# is WHAT SEEN EXPECTED
is() { if [ "$2" = "$3" ]; then tell ok "$1" "$2"; else tell FAIL "$1" "$2 instead of $3"; fi; }
# holds WHAT SEEN COMMAND…
holds() {
    local what=$1 seen=$2
    shift 2
    if "$@" >/dev/null 2>&1; then tell ok "$what" "$seen"; else tell FAIL "$what" "$seen: not so: $*"; fi
}
# eventually SECONDS COMMAND…
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

property() { systemctl show --value --property "$1" syscord; }
status() { sed -n "s/^$1:\t*//p" "/proc/$(property MainPID)/status"; }
options() { echo "SYSCORD_OPTIONS=\"$1\"" >/etc/default/syscord; }
numbers() { ls $traces | sed -n 's/^trace-0*\([0-9]*\)\.scd.*/\1/p' | sort -n; }
last() { numbers | tail -n 1; }
parts() { ls $traces | grep -c '\.part$'; }
bytes() { cat $traces/* | wc -c; }
starts() { systemctl start syscord; }
stops() {
    systemctl stop syscord
    is "$1: how it ended" "$(property Result), exit code $(property ExecMainStatus)" "success, exit code $2"
}
verifies() { is "$1: syscord-query verify" "$(syscord-query verify $traces 2>&1 >/dev/null; echo $?)" 0; }
busy() { dd if=/dev/zero of=/dev/null bs=1 count="$1" 2>/dev/null; }
# How the recorder copes with load is not asked here, and the machine is slow: it gets time to catch up.
rest() { sleep 2; }
mark() { for _ in 1 2 3 4 5; do cat "$1" >/dev/null; done; }
marked() { syscord-query $traces --syscall openat --path "$1" --count; }
# What is on the disk, but for logs, caches and the backups that dpkg makes of its own lists.
files() {
    find / -xdev \( -path /var/log -o -path /var/cache -o -path /var/tmp -o -path /tmp \
        -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/systemd/catalog \) -prune -o -print | sort
}

tell about "$(. /etc/os-release; echo "$PRETTY_NAME")"
tell about "Linux $(uname -r)"
tell about "$(systemctl --version | head -n 1)"
# systemd makes it for the first service of that kind.
mkdir --parents --mode 700 /var/lib/private
echo one >/first
echo two >/second
files >/tmp/before

# What was installed.
dpkg --install /package.deb >/tmp/log 2>&1 || tell FAIL "dpkg --install" "$(tail -n 3 /tmp/log)"
is "dpkg --install" "$(dpkg-query --show --showformat '${Status}' syscord)" "install ok installed"
is "files that are not as they were packed" "$(dpkg --verify syscord)" ""
is "the service after that" "$(systemctl is-enabled syscord), $(systemctl is-active syscord)" "disabled, inactive"
is "systemd-analyze verify" "$(systemd-analyze verify syscord.service 2>&1)" ""
exposure=$(systemd-analyze security --no-pager syscord.service | grep -o '[0-9.]* OK')
holds "systemd-analyze security: at most 2" "$exposure" test "${exposure%%.*}" -lt 2
is "syscord doctor" "$(syscord doctor | tail -n 1)" "This machine can record."

# What helps who uses it.
pages=$(dpkg --listfiles syscord | grep '/man1/.*\.1')
is "warnings about $(wc -l <<<"$pages") man pages" "$(for page in $pages; do
    man --warnings=w -l "$page" 2>&1 >/dev/null
done)" ""
holds "man syscord-record" "tells of --rotate-size" grep -q -e --rotate-size <(man syscord-record)
bash_completes() {
    bash -c '. /usr/share/bash-completion/completions/syscord
        COMP_WORDS=(syscord record --syscall "$0") COMP_CWORD=3
        _syscord syscord "$0" --syscall; echo "${COMPREPLY[*]}"' "$1"
}
is "bash: --syscall openat" "$(bash_completes openat)" "openat openat2"
is "bash: --syscall %net" "$(bash_completes %net)" "%network"
is "zsh: what completes them" "$(zsh -fc 'autoload -Uz compinit && compinit -u -D
    autoload +X -Uz _syscord _syscord-query && echo $_comps[syscord] $_comps[syscord-query]' 2>&1)" \
    "_syscord _syscord-query"
is "bash: query stats --by con" "$(bash -c '. /usr/share/bash-completion/completions/syscord-query
    COMP_WORDS=(syscord-query stats --by con) COMP_CWORD=3
    $(complete -p syscord-query | sed "s/.*-F \([^ ]*\).*/\1/") syscord-query con --by; echo "${COMPREPLY[*]}"')" container
is "fish: record --rotate-s" "$(fish -c "complete -C 'syscord record --rotate-s'" 2>&1 | cut -f 1)" "--rotate-size"
is "fish: query stats --by con" "$(fish -c "complete -C 'syscord-query stats --by con'" 2>&1 | cut -f 1)" container

# A recording as it is when nothing is changed.
starts
mark /first
is "started" "$(property ActiveState), $(property SubState)" "active, running"
is "its capabilities" "$(status CapEff), $(status CapBnd)" "000000c000880004, 000000c000880004"
is "no new rights, system calls filtered" "$(status NoNewPrivs), $(status Seccomp)" "1, 2"
user=$(status Uid | cut -f 1)
holds "its user is none of the machine's" "$user" test "$user" -ge 61184 -a "$user" -le 65519
policy=$(chrt --pid "$(property MainPID)" | sed -n 's/.*policy: //p')
is "it steps aside" "$policy" SCHED_BATCH
is "who may read what it writes" "$(stat -Lc %a $traces), $(stat -c %a $traces/*.part)" "700, 600"
busy 50000
rest
memory=$(($(property MemoryPeak) >> 20))
holds "memory at most, of the 2 GiB that it may have" "$memory MiB" test $memory -gt 0 -a $memory -lt 1024
systemctl reload syscord
is "a reload of what is no flight recorder" "$?, $(systemctl is-active syscord)" "1, active"
stops "as configured" 0
is "files that are not finished" "$(parts)" 0
verifies "as configured"
is "opens of a file that was read once the service was up" "$(marked /first)" 5
holds "the journal" "$(journalctl --unit syscord --output cat | grep 'events in')" test "$(last)" = 1

# Files that come and go.
options "--rotate-size 128K --max-total-size 512K"
starts
rotates() { busy 50000; rest; [ "$(last)" -ge 8 ]; }
eventually 240 rotates
holds "files under load" "up to number $(last)" test "$(last)" -ge 8
mark /second
stops "under load" 0
is "under load: files that are not finished" "$(parts)" 0
holds "the oldest are gone" "$(numbers | wc -l) files, from number $(numbers | head -n 1)" test "$(numbers | head -n 1)" -gt 1
holds "all together, of 512 KiB" "$(bytes) bytes" test "$(bytes)" -le $((512 << 10))
verifies "under load"
is "what was last read is there" "$(marked /second)" 5

# Events that are lost are told, and no failure.
options "--rotate-size 8M --max-total-size 16M --buffer-size 512K"
starts
pid=$(property MainPID)
kill -STOP "$pid"
busy 100000
kill -CONT "$pid"
stops "with losses" 3
verifies "with losses"

# A recorder that is killed is started again, and what it has written can be read.
starts
killed=$(last)
busy 1000
rest
systemctl kill --signal KILL syscord
again() { [ "$(property NRestarts)" = 1 ] && [ "$(systemctl is-active syscord)" = active ]; }
holds "killed: started again" "as number $((killed + 1))" eventually 60 again
stops "killed, once more" 0
is "killed: its file" "$(ls $traces | grep '\.part$')" "$(printf 'trace-%06d.scd.part' "$killed")"
syscord-query verify $traces/*.part >/dev/null 2>&1
is "killed: its file can be read, and lacks its end" "$?" 3
rm $traces/*.part

# A flight recorder.
options "--ring 8M"
starts
before=$(last)
mark /first
rest
systemctl reload syscord
dumped() { [ "$(last)" -gt "$before" ] && [ "$(parts)" = 0 ]; }
holds "flight recorder: dumped by a reload" "number $((before + 1))" eventually 30 dumped
stops "flight recorder" 0
is "flight recorder: dumps" $(($(last) - before)) 2
verifies "flight recorder"

# Options that make no sense.
options "--nonsense"
systemctl start syscord 2>/dev/null
is "bad options: not tried again" "$(property Result) $(property ExecMainStatus), $(property NRestarts)" "exit-code 2, 0"
systemctl reset-failed syscord

# The same package once more, as an update; then it goes.
options "--rotate-size 1M --max-total-size 4M"
systemctl --quiet enable syscord
starts
pid=$(property MainPID)
dpkg --install /package.deb >/dev/null 2>&1
is "updated: the service" "$(systemctl is-enabled syscord), $(systemctl is-active syscord)" "enabled, active"
holds "updated: it is another process" "not $pid" test "$pid" != "$(property MainPID)"
is "updated: the configuration" "$(cut -d ' ' -f 2 /etc/default/syscord)" 1M
pid=$(property MainPID)
dpkg --remove syscord >/dev/null 2>&1
is "dpkg --remove" "$?, $(systemctl is-active syscord), $(ls /usr/bin/syscord* 2>/dev/null)" "0, inactive, "
holds "removed: the process has ended" "$pid" test ! -e "/proc/$pid"
is "removed: files that are not finished" "$(parts)" 0
holds "removed: what is left" "traces, configuration" test "$(last)" -gt 1 -a -e /etc/default/syscord
dpkg --purge syscord >/dev/null 2>&1
is "dpkg --purge" "$?" 0
files >/tmp/after
is "purged: what is left" "$(comm -13 /tmp/before /tmp/after)" ""
is "purged: what is missing" "$(comm -23 /tmp/before /tmp/after)" ""
tell end "" ""
