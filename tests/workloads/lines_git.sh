# A repository, made at the path given, and what one does with it.
set -e
mkdir "$1"
cd "$1"
git init -q .
for number in 1 2 3 4 5; do echo "$number" >"file $number"; done
git add .
git -c user.name=n -c user.email=e@x commit -qm first
echo changed >'file 3'
git status --short
git --no-pager diff
git --no-pager log --stat
git branch other
git gc -q
git -c user.name=n -c user.email=e@x commit -qam second
git --no-pager log --oneline
