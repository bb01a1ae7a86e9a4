# A server and its benchmark on loopback: PORT FOLDER.
set -e
redis-server --bind 127.0.0.1 --port "$1" --dir "$2" --save '' --appendonly yes >"$2/log" &
until redis-cli -p "$1" ping >"$2/answer" 2>&1; do sleep 0.1; done
redis-benchmark -h 127.0.0.1 -p "$1" -q -n 500 -c 5 -d 100 -t set,get,lpush >"$2/answer"
redis-cli -p "$1" shutdown
wait
