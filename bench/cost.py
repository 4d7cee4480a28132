"""What a process costs: CPU and memory, read from outside."""

import sys
import time

import psutil  # type: ignore[import-untyped]  # publishes no types

_CPUCLOCK_SCHED = 2


def _cpu_clock_seconds(pid: int) -> float:
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)  # clock_getcpuclockid(3), which Python has not


def _cpu_times_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


cpu_seconds = _cpu_clock_seconds if sys.platform == "linux" else _cpu_times_seconds
"""Return user plus system CPU seconds of a process, all its threads: to the ns on Linux, else to 10 ms."""


def cpu_seconds_of_children(pid: int) -> float:
    """Return the CPU seconds of all processes below this one that live."""
    return sum(cpu_seconds(child.pid) for child in psutil.Process(pid).children(recursive=True))


def machine_busy_seconds() -> float:
    """Return the CPU seconds of all cores that were not idle, what a hypervisor took away among them."""
    times = psutil.cpu_times()
    waited = times.idle + getattr(times, "iowait", 0.0)
    counted_twice = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - waited - counted_twice)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of this process."""
    return int(psutil.Process(pid).memory_info().rss)
