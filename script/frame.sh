# What every bash script of this folder starts with (sourced, not run): the root of the tree, messages with
# colours on a terminal only, and --help, which prints the comment at the top of the script.

script_file=$(realpath "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' green='' red='' dim='' plain=''
fi

# Two units share a ccache between build directories only when it ignores the directory's name.
export CCACHE_BASEDIR=$root
# What a unit depends on is known from the compiler (-MD): none is read twice for ccache.
export CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

say() { printf '%s\n' "$bold== $*$plain"; }
note() { printf '%s\n' "$dim   $*$plain"; }
die() {
  printf '%s\n' "${red}error:$plain $*" >&2
  exit 1
}

# usage_if_asked "$@": prints the comment that opens the calling script and ends, when --help or -h is given.
usage_if_asked() {
  local word
  for word in "$@"; do
    if [[ $word == --help || $word == -h ]]; then
      awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$script_file"
      exit 0
    fi
  done
}
