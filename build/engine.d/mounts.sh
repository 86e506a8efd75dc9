# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Which mounts are ours, by what the kernel says of them: a path alone can be somebody else's by now. Lines and paths are written as in
# /proc/self/mountinfo (a space as \040); the first five fields are ID, parent's ID, device, root and path.

# mount_at PATH: the fields of what is mounted there last; fails when nothing is.
mount_at() { wanted=$1 awk '$5 == ENVIRON["wanted"] { last = $1 " " $2 " " $3 " " $4 " " $5 } END { print last; exit !last }' /proc/self/mountinfo; }

# is_mounted FIELDS: this very mount is still there. IDs are given out again, hence all five.
is_mounted() { wanted=$1 awk '$1 " " $2 " " $3 " " $4 " " $5 == ENVIRON["wanted"] { found = 1 } END { exit !found }' /proc/self/mountinfo; }

# is_covered ID: something is mounted on it, over it or below it.
is_covered() { awk -v id="$1" '$2 == id { found = 1 } END { exit !found }' /proc/self/mountinfo; }

# plain PATH: without mountinfo's escapes.
plain() {
  # shellcheck disable=SC2059 # the escapes are what it is for
  printf "${1//%/%%}"
}

escaped() {
  local path=${1//\\/\\134}
  path=${path// /\\040}
  path=${path//$'\t'/\\011}
  printf '%s' "${path//$'\n'/\\012}"
}

# What an engine mounts for its containers, and leaves behind when it is killed. All else below the state folder is somebody's own, and so is what
# lies over one of these.
engines_mounts() {
  local id parent device fsroot path rest type source place
  local -A seen=()
  place=$(escaped "$state")
  while read -r id parent device fsroot path rest; do
    [[ $path == "$place"/* && -z ${seen[$path]:-} ]] || continue
    seen[$path]=yes
    read -r type source _ <<<"${rest#*- }"
    case $type:$source:${path#"$place"} in
      overlay:*:/data/overlay2/*/merged | tmpfs:shm:/data/containers/*/mounts/shm | nsfs:*:/exec/netns/*) ;;
      *:*:/data) is_bound_by_dockerd "$parent" "$device" || continue ;;
      *) continue ;;
    esac
    printf '%s %s %s %s %s\n' "$id" "$parent" "$device" "$fsroot" "$path"
  done </proc/self/mountinfo
}

# dockerd binds its data folder to itself where that is not shared, and marks that it has.
is_bound_by_dockerd() {
  [[ -e $state/exec/unmount-on-shutdown ]] && [[ $(awk -v id="$1" '$1 == id { print $3 }' /proc/self/mountinfo) == "$2" ]]
}

# Last mounted, first unmounted.
unmount_engines() {
  local fields id path
  while read -r fields; do
    id=${fields%% *} path=${fields##* }
    is_mounted "$fields" || continue
    if is_covered "$id"; then
      say "left $(plain "$path") mounted: something else is mounted on it"
    else
      path=$(plain "$path")
      umount "$path" 2>/dev/null || umount --lazy "$path" 2>/dev/null || say "cannot unmount $path"
    fi
  done < <(engines_mounts | tac)
}

# remove_unmounted FOLDER...: with what is in it, unless somebody has mounted something there, which would go too.
remove_unmounted() {
  local folder
  for folder; do
    if wanted=$(escaped "$folder") awk 'index($5 "/", ENVIRON["wanted"] "/") == 1 { found = 1 } END { exit !found }' /proc/self/mountinfo; then
      say "left $folder: something is mounted there"
    else
      rm -rf "$folder"
    fi
  done
}
