"""Become another account, tie one's life to the hub's, and turn into a program.

Run as a script of its own, with nothing but the standard library: PARENT_PID SIGNAL ACCOUNT PROGRAM ARGUMENT…
Doing this in a fresh process, not between fork and exec of the hub, is safe beside threads.

SIGNAL is what the program gets when its parent dies (Linux). ACCOUNT says who it becomes: `self`; `UID:GID`;
`UID:GID:reach`, which may also enter folders that this account may not (a home of root that holds the hub);
`namespace`, a user namespace in which root is called nobody.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534


def main(arguments: list[str]) -> None:
    """Do what the module says; never returns."""
    parent, signal, account, program, *rest = arguments
    os.umask(0o077)
    become(account)
    if sys.platform == "linux":
        # After any change of account, which would undo it. It fires when the *thread* that started us ends.
        _call("prctl", _PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the hub ended before its server began")
    os.execv(program, [program, *rest])  # noqa: S606  # no shell is wanted


def become(account: str) -> None:
    """Change to the account; raises OSError where the system forbids it."""
    if account == "self":
        return
    if account == "namespace":
        _enter_namespace()
        return
    uid, gid, *reach = account.split(":")
    if reach:
        # Without this, setuid() would take the capabilities away, and access() would not count them.
        _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
    if reach:
        _keep_only(_CAP_DAC_OVERRIDE)


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_NOBODY} {uid} 1"),
        ("gid_map", f"{_NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123  # pathlib costs 5 ms to import
            file.write(text)


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    sets = (ctypes.c_uint32 * 6)(
        bit, bit, bit, 0, 0, 0
    )  # effective, permitted, inheritable; then the high halves
    _call("capset", header, sets)
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _call(name: str, *arguments: object) -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    if function(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1:])
