#!/usr/bin/env bash
# Installs the system packages that edge-duplex needs, on Debian and its family:
# Debian, Ubuntu, Raspberry Pi OS and JetPack. Safe to run again: when every package is there it does nothing,
# quickly, and needs no root.
#
#   install-system-packages.sh            what running needs
#   install-system-packages.sh --test     also what the tests need (a virtual sound card, strace)
#   install-system-packages.sh --dry-run  only say what would be installed
set -euo pipefail

# What running needs: PortAudio, the voice, and what builds the two Python packages that have no wheels.
run_packages=(libportaudio2 portaudio19-dev libflite1 python3-venv python3-dev gcc g++ make)
# What the tests need: a sound card without hardware, and proof that nothing touches the network.
test_packages=(pulseaudio pulseaudio-utils libasound2-plugins strace util-linux)

die() { echo "install-system-packages: $*" >&2; exit 2; }

packages=("${run_packages[@]}")
dry_run=false
for argument in "$@"; do
    case $argument in
        --test) packages+=("${test_packages[@]}") ;;
        --dry-run) dry_run=true ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) die "unknown option $argument (known: --test, --dry-run)" ;;
    esac
done

# Overridable, so that the tests can describe other machines.
os_release=${EDGE_DUPLEX_OS_RELEASE:-/etc/os-release}
tegra_release=${EDGE_DUPLEX_TEGRA_RELEASE:-/etc/nv_tegra_release}

field() { sed -n "s/^$1=//p" "$os_release" 2>/dev/null | tr -d '"' | head -n 1; }

system=$(field PRETTY_NAME)
case " $(field ID) $(field ID_LIKE) " in
    *" debian "* | *" ubuntu "* | *" raspbian "*) ;;
    *)
        die "no package list for ${system:-this system}; install what your system calls these, then go on" \
            "with make: ${packages[*]}"
        ;;
esac
if [ -e "$tegra_release" ]; then system="JetPack on $system"; fi
command -v dpkg-query >/dev/null || die "dpkg-query is missing; is $system really of the Debian family?"

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
for package in "${packages[@]}"; do
    if ! installed "$package"; then missing+=("$package"); fi
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "System packages: all ${#packages[@]} are there."
    exit 0
fi

echo "System packages missing on $system: ${missing[*]}"
if $dry_run; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "neither root nor sudo here; as root run: apt-get install ${missing[*]}"
    as_root=(sudo)
fi
install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}")
echo "Installing them: ${as_root[*]:+${as_root[*]} }apt-get install --no-install-recommends ${missing[*]}"
"${as_root[@]}" apt-get update -q || echo "apt-get update failed; going on with the package lists there are." >&2
"${as_root[@]}" "${install[@]}" || die "apt-get could not install: ${missing[*]} (its message is above)"
