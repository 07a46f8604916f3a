# shellcheck shell=bash
# What packaging/run and packaging/test share: a Python, the system's libraries and programs, and a
# virtual environment that holds exactly a lock file. Sourced under `set -euo pipefail`.
#
# Everything is tested by what is missing, so a machine that has all of it is left alone.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# What PySide6's core, gui and widgets libraries and its offscreen, xcb and wayland platforms load
# (by `readelf -d`), and the Debian package of each. Names with a t64 suffix on newer systems
# provide the old ones.
qt_libraries='
libEGL.so.1             libegl1
libGL.so.1              libgl1
libX11.so.6             libx11-6
libX11-xcb.so.1         libx11-xcb1
libdbus-1.so.3          libdbus-1-3
libfontconfig.so.1      libfontconfig1
libfreetype.so.6        libfreetype6
libglib-2.0.so.0        libglib2.0-0
libwayland-client.so.0  libwayland-client0
libwayland-cursor.so.0  libwayland-cursor0
libwayland-egl.so.1     libwayland-egl1
libxcb.so.1             libxcb1
libxcb-cursor.so.0      libxcb-cursor0
libxcb-glx.so.0         libxcb-glx0
libxcb-icccm.so.4       libxcb-icccm4
libxcb-image.so.0       libxcb-image0
libxcb-keysyms.so.1     libxcb-keysyms1
libxcb-randr.so.0       libxcb-randr0
libxcb-render.so.0      libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0       libxcb-shape0
libxcb-shm.so.0         libxcb-shm0
libxcb-sync.so.1        libxcb-sync1
libxcb-util.so.1        libxcb-util1
libxcb-xfixes.so.0      libxcb-xfixes0
libxcb-xkb.so.1         libxcb-xkb1
libxkbcommon.so.0       libxkbcommon0
libxkbcommon-x11.so.0   libxkbcommon-x11-0
'

test_programs='
redis-server redis-server
redis-cli    redis-tools
Xvfb         xvfb
xdotool      xdotool
node         nodejs
npm          npm
'

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# Prints a Python this project runs on: the system's own first, since its venv package is likeliest.
# A system with none at all is given its own.
find_python() {
    local candidate
    if ! command -v python3 >/dev/null && command -v apt-get >/dev/null; then
        apt_install python3 python3-venv
        hash -r
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c \
            'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11, 3.12 or 3.13 is needed and none was found" \
        "(python3 here: $(python3 --version 2>/dev/null || echo none))."
}

missing_libraries() {
    local known soname package
    known=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true)
    while read -r soname package; do
        if [[ -n $soname && $known != *$'\t'"$soname ("* ]]; then echo "$package"; fi
    done <<<"$qt_libraries"
}

missing_font() {
    local fonts
    fonts=$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.fonts" \
        "${HOME:-/}/.local/share/fonts" -name '*.[to]tf' -print -quit 2>/dev/null || true)
    if [ -z "$fonts" ]; then echo fonts-dejavu-core; fi
}

missing_programs() {
    local program package
    while read -r program package; do
        if [ -n "$program" ] && ! command -v "$program" >/dev/null; then echo "$package"; fi
    done <<<"$test_programs"
}

# PYTHON: prints the package that lets it make virtual environments, if it cannot.
missing_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null ||
        "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

# PACKAGE...: installs them where apt may; else one line says how.
apt_install() {
    local install="apt-get install -y --no-install-recommends $*" as_root=()
    command -v apt-get >/dev/null ||
        die "Missing on this system, by their names in Debian: $*"
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || die "System packages are missing. Run: sudo apt-get update && sudo $install"
        as_root=(sudo -n)
    fi
    say "Installing system packages: $*"
    local log
    log=$(mktemp)
    if ! (
        without_starting_services "$@"
        # An update fails as a whole when any one source does; installing may still work.
        "${as_root[@]}" apt-get update -qq || true
        # shellcheck disable=SC2086 # the words of a command
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install
    ) </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "Installing system packages failed. By hand: sudo $install"
    fi
    rm -f "$log"
}

# PACKAGE...: for the subshell it is called in, keeps Debian from starting what it installs, now and
# at the next boot. Only the program redis-server is wanted here, never a service of that name.
without_starting_services() {
    local policy=/usr/sbin/policy-rc.d
    if [[ " $* " != *" redis-server "* || -e $policy ]]; then return; fi
    # shellcheck disable=SC2064 # expanded now on purpose
    trap "${as_root[*]} rm -f $policy
        [ ! -d /run/systemd/system ] || ${as_root[*]} systemctl disable redis-server || true" EXIT
    # shellcheck disable=SC2016 # expanded by the inner shell
    "${as_root[@]}" sh -c 'printf "#!/bin/sh\nexit 101\n" >"$0" && chmod 755 "$0"' "$policy"
}

# VENV LOCK: what a finished environment was made from.
fingerprint() {
    { echo "$root" && cat "$1/pyvenv.cfg" "$2" "$root/pyproject.toml" \
        "$root/packaging/setup.sh"; } 2>/dev/null | sha256sum
}

# VENV LOCK: whether the environment holds what the lock file says.
is_ready() {
    local stamp
    stamp=$1/.ready-$(basename "$2" .lock)
    [[ -x $1/bin/python && -f $stamp && ! -e $1/.unfinished &&
        $(<"$stamp") == "$(fingerprint "$1" "$2")" ]]
}

# VENV LOCK PYTHON: makes the environment hold what the lock file says, from whatever is there.
fill_venv() {
    local venv=$1 lock=$2 python=$3
    if [ -e "$venv/.unfinished" ] || ! "$venv/bin/python" -I -c \
        'import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        rm -rf "$venv"
    fi
    mkdir -p "$venv"
    touch "$venv/.unfinished"
    if [ ! -e "$venv/pyvenv.cfg" ]; then "$python" -m venv "$venv"; fi
    local pip=("$venv/bin/python" -I -m pip install --quiet --no-input
        --disable-pip-version-check --no-deps)
    "${pip[@]}" --require-hashes --requirement "$lock" </dev/null
    # setuptools warns of every folder of resources that a run left compiled files in.
    PYTHONWARNINGS=ignore "${pip[@]}" --no-build-isolation --editable "$root" </dev/null
    fingerprint "$venv" "$lock" >"$venv/.ready-$(basename "$lock" .lock)"
    rm "$venv/.unfinished"
}

# VENV=LOCK...: makes everything ready that is not. KIND `test` asks for the test programs as well.
set_up() { # run|test VENV=LOCK...
    local kind=$1 pair unready=()
    shift
    for pair in "$@"; do
        is_ready "$root/${pair%=*}" "$root/packaging/${pair#*=}.lock" || unready+=("$pair")
    done
    if [ ${#unready[@]} -eq 0 ]; then return; fi

    local one_at_a_time
    exec {one_at_a_time}<"$root"
    if ! flock --nonblock "$one_at_a_time"; then
        say "Waiting for another set-up of this checkout."
        flock "$one_at_a_time"
    fi

    local python packages
    python=$(find_python)
    packages=$(missing_venv "$python" && missing_libraries && missing_font &&
        { [ "$kind" = run ] || missing_programs; })
    # shellcheck disable=SC2086 # a list of names
    if [ -n "$packages" ]; then apt_install $packages; fi

    for pair in "${unready[@]}"; do
        say "Setting up ${pair%=*} (once; downloads what packaging/${pair#*=}.lock names)."
        fill_venv "$root/${pair%=*}" "$root/packaging/${pair#*=}.lock" "$python"
    done
    exec {one_at_a_time}<&-
}
