# Shared by ./demo and ./test, which source it from the root of the checkout: packages, and steps
# that keep what they print in a log.

log_folder=build/log
mkdir -p "$log_folder"

# missing_packages GROUP...: the packages of the groups that are not there.
missing_packages() {
  local installed group package program
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  while read -r group package program; do
    [[ " $* " == *" $group "* ]] || continue
    if [ -n "$program" ] && command -v "$program" > /dev/null; then continue; fi
    grep -qx -- "$package" <<< "$installed" || echo "$package"
  done < tools/packages.txt
}

# install_packages GROUP...: installs what is missing of the groups; asks nothing.
install_packages() {
  local missing list as_root=() install=(apt-get install -y --no-install-recommends)
  if ! command -v dpkg-query > /dev/null; then
    echo "not a Debian system: taking the packages of tools/packages.txt ($*) as installed"
    return
  fi
  list=$(missing_packages "$@")
  if [ -z "$list" ]; then return; fi
  mapfile -t missing <<< "$list"
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
      echo "missing packages; as root, run: ${install[*]} ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "missing packages: ${missing[*]}"
  logged packages "${as_root[@]}" apt-get update
  logged packages "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" "${missing[@]}"
}

# logged NAME COMMAND...: runs the command with its output in build/log/NAME.log, which is shown
# where the command fails.
logged() {
  local log=$log_folder/$1.log start=$SECONDS
  shift
  printf '%s ...' "$*"
  if "$@" > "$log" 2>&1; then
    printf ' %d s\n' $((SECONDS - start))
  else
    printf ' failed\n'
    tail -n 60 "$log" >&2
    echo "all of it: $log" >&2
    exit 1
  fi
}
