# shellcheck shell=bash
# What quickstart and test share: steps with their times, packages, and the recipe's lock.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
made=$root/artifacts/made
table=$root/build/packages

# step TITLE COMMAND...: says what is done, and how long it took.
step() {
  local title=$1 begun=$SECONDS
  shift
  printf '==> %s\n' "$title"
  "$@"
  printf '    %s: %s s\n' "$title" "$((SECONDS - begun))"
}

# packages_of SET: the packages that build/packages has for it, one a line.
packages_of() { awk -v set="$1" '$1 == "install" && $2 == set { for (i = 3; i <= NF; i++) print $i }' "$table"; }

# packages SET: installs those of them that are missing, from the machine's own sources.
packages() {
  local name names missing=()
  mapfile -t names < <(packages_of "$1")
  for name in "${names[@]}"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    printf 'missing: %s\nInstall them:  sudo apt-get install %s\n' "${missing[*]}" "${missing[*]}" >&2
    return 5
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -qq "${missing[@]}" >/dev/null
}

# foreign_programs CPU: lets this machine run another processor's programs, under qemu. A machine that systemd runs has registered them as soon as
# the packages are there.
foreign_programs() {
  packages foreign
  [[ -e /proc/sys/fs/binfmt_misc/status ]] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  [[ -e /proc/sys/fs/binfmt_misc/qemu-$1 ]] || update-binfmts --enable "qemu-$1"
}

require_dotnet() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
    echo 'The .NET 10 SDK is not on PATH: see https://dotnet.microsoft.com/download/dotnet/10.0' >&2
    return 5
  fi
}

nodeforge() { "$root/build/nodeforge" "$@"; }

# layout format|check: CSharpier lays out the code, within .editorconfig's width.
layout() {
  (cd "$root" && dotnet tool restore --verbosity quiet && dotnet csharpier "$1" src tests build)
}

# run_tests_of PROJECT OPTION...: the tests of a project by its name, compiled before, which is a program.
run_tests_of() { dotnet "$root/artifacts/bin/$1/release/$1.dll" "${@:2}"; }

# The tests that compare with files of the repository; with UPDATE_GOLDEN=1 they write them.
golden_tests() {
  local project classes
  for project in "$root"/tests/*.Tests; do
    mapfile -t classes < <(grep --recursive --files-with-matches --include='*.cs' 'GoldenFile\.Expect(\|GoldenFile$' "$project")
    ((${#classes[@]})) || continue
    classes=("${classes[@]##*/}") # a file has the name of its class
    classes=("${classes[@]%.cs}")
    run_tests_of "$(basename "$project")" --filter-class "${classes[@]/#/*.}"
  done
}

# recipe_lock RECIPE: puts the path of a lock in $lock that can be fetched here. It is the shipped one while the mirror still has every package
# of it; mirrors drop superseded packages, and then a lock of this machine's own is taken, which is said.
recipe_lock() {
  local recipe=$1 own
  own=$made/$(basename "${recipe%.yaml}").lock.json
  for lock in "${recipe%.yaml}.lock.json" "$own"; do
    [[ -e $lock ]] || continue
    nodeforge fetch "$recipe" --lock "$lock" && return
  done
  echo "    The shipped lock cannot be fetched from this machine's mirror: taking a lock of this machine's own, $own"
  mkdir -p "$made"
  lock=$own
  nodeforge lock "$recipe" --lock "$lock" --update all
  nodeforge fetch "$recipe" --lock "$lock"
}
