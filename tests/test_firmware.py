"""The scripts around the program: the installer on machines described to it, and the service unit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTALLER = ROOT / "firmware_scripts" / "install-system-packages.sh"
UNIT = ROOT / "firmware_scripts" / "edge-duplex.service"

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
UBUNTU = 'PRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nID_LIKE=debian\n'
RASPBIAN = 'PRETTY_NAME="Raspbian GNU/Linux 12 (bookworm)"\nID=raspbian\nID_LIKE=debian\n'
FEDORA = 'PRETTY_NAME="Fedora Linux 40"\nID=fedora\n'


def finished(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


class Machine:
    """A machine with some packages on it, whose apt-get and sudo only write down what they are asked."""

    def __init__(
        self, folder: Path, os_release: str, installed: str = "", uid: int = 0, sudo: bool = True
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()
        (folder / "os-release").write_text(os_release)
        (folder / "bin").mkdir()
        for tool in ("bash", "sed", "tr", "head", "env"):
            (folder / "bin" / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
        self._tool("id", f"echo {uid}")
        self._tool("dpkg-query", f'case " {installed} " in *" $4 "*) echo -n installed ;; *) exit 1 ;; esac')
        self._tool("apt-get", f'echo "apt-get $*" >>{self.log}')
        if sudo:
            self._tool("sudo", f'echo sudo >>{self.log}; exec "$@"')

    def _tool(self, name: str, body: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def install(self, *arguments: str, tegra: bool = False) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.folder / "bin"),
            "EDGE_DUPLEX_OS_RELEASE": str(self.folder / "os-release"),
            "EDGE_DUPLEX_TEGRA_RELEASE": str(self.folder / ("os-release" if tegra else "none")),
        }
        command = [shutil.which("bash") or "bash", str(INSTALLER), *arguments]
        return finished(command, environment)

    def done(self) -> list[str]:
        return self.log.read_text().splitlines()


RUN = "libportaudio2 portaudio19-dev libflite1 python3-venv python3-dev gcc g++ make"


@pytest.mark.parametrize("system", [DEBIAN, UBUNTU, RASPBIAN])
def test_a_fresh_machine_is_told_what_comes_and_gets_it(tmp_path: Path, system: str) -> None:
    machine = Machine(tmp_path, system, installed="make gcc")
    result = machine.install()
    assert result.returncode == 0
    assert "apt-get install --no-install-recommends libportaudio2" in result.stdout
    missing = RUN.replace("gcc ", "").removesuffix(" make")
    assert machine.done() == ["apt-get update -q", f"apt-get install -y --no-install-recommends {missing}"]


def test_when_all_is_there_nothing_is_done_and_no_root_is_needed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, DEBIAN, installed=RUN, uid=1000, sudo=False)
    result = machine.install()
    assert (result.returncode, result.stdout) == (0, "System packages: all 8 are there.\n")
    assert machine.done() == []


def test_the_tests_packages_come_only_when_asked_for(tmp_path: Path) -> None:
    machine = Machine(tmp_path, DEBIAN, installed=RUN)
    assert "pulseaudio" in machine.install("--test", "--dry-run").stdout
    assert "pulseaudio" not in machine.install("--dry-run").stdout
    assert machine.done() == []


def test_a_user_asks_through_sudo(tmp_path: Path) -> None:
    machine = Machine(tmp_path, DEBIAN, installed=RUN.replace("libflite1 ", ""), uid=1000)
    assert machine.install().returncode == 0
    install = "apt-get install -y --no-install-recommends libflite1"
    assert machine.done() == ["sudo", "apt-get update -q", "sudo", install]


def test_a_user_without_sudo_is_told_what_root_must_run(tmp_path: Path) -> None:
    result = Machine(tmp_path, DEBIAN, installed=RUN.replace("make", ""), uid=1000, sudo=False).install()
    assert result.returncode == 2
    assert "as root run: apt-get install make" in result.stderr


def test_jetpack_is_recognised(tmp_path: Path) -> None:
    assert "JetPack on Ubuntu" in Machine(tmp_path, UBUNTU).install("--dry-run", tegra=True).stdout


def test_an_unknown_system_gets_one_line_with_the_packages(tmp_path: Path) -> None:
    result = Machine(tmp_path, FEDORA).install()
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "Fedora Linux 40" in result.stderr
    assert RUN in result.stderr


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    assert "unknown option --tset" in Machine(tmp_path, DEBIAN).install("--tset").stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    program = tmp_path / ".local" / "bin" / "edge-duplex"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environment = os.environ | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "verify", "--user", str(UNIT)]
    result = finished(command, environment)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_unit_waits_for_readiness_and_is_watched_and_offline() -> None:
    lines = UNIT.read_text().splitlines()
    for wanted in ("Type=notify", "WatchdogSec=10", "Restart=on-failure", "RestrictAddressFamilies=AF_UNIX"):
        assert wanted in lines
