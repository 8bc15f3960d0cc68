#include "pipeline/reading/system_call_filter.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

namespace ocrbatch::pipeline {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// By name: a call that this architecture or this libseccomp does not know is none that can be made.
void deny(const Filter& filter, std::initializer_list<const char*> calls, int error = EPERM) {
  for (const char* call : calls) {
    const int number = seccomp_syscall_resolve_name(call);
    if (number != __NR_SCMP_ERROR) seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(error), number, 0);
  }
}

// Denied unless the argument is `only`.
void deny_others(const Filter& filter, const char* call, unsigned argument, scmp_datum_t only) {
  const scmp_arg_cmp other{argument, SCMP_CMP_NE, only, 0};
  seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(call), 1, &other);
}

}  // namespace

bool filter_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (!filter) return false;
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  deny(filter, {"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"});
  deny(filter, {"execve", "execveat", "fork", "vfork", "unshare", "setns"});
  // Threads, yes; processes, no. clone3 hides its flags from filters: glibc then takes clone.
  deny(filter, {"clone3"}, ENOSYS);
  const scmp_arg_cmp process{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
  seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &process);
  // abort() sends its signal to the process itself.
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const char* call : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
    deny_others(filter, call, 0, self);
  deny(filter, {"tkill", "pidfd_send_signal", "pidfd_getfd", "ptrace", "process_vm_readv",
                "process_vm_writev", "process_madvise", "kcmp", "setpgid", "setsid"});
  deny_others(filter, "prlimit64", 0, 0);
  deny(filter, {"unlink",    "unlinkat",   "rename",      "renameat",     "renameat2",    "mkdir",
                "mkdirat",   "rmdir",      "mknod",       "mknodat",      "link",         "linkat",
                "symlink",   "symlinkat",  "truncate",    "creat",        "chmod",        "fchmod",
                "fchmodat",  "fchmodat2",  "chown",       "fchown",       "lchown",       "fchownat",
                "utime",     "utimes",     "utimensat",   "futimesat",    "setxattr",     "lsetxattr",
                "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
                "mount",     "umount2",    "pivot_root",  "chroot",       "open_tree",    "move_mount",
                "fsopen",    "fsmount",    "fsconfig",    "fspick",       "mount_setattr"});
  deny(filter, {"memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open", "mlock",
                "mlock2", "mlockall"});
  deny(filter, {"bpf",
                "perf_event_open",
                "userfaultfd",
                "io_uring_setup",
                "io_uring_enter",
                "io_uring_register",
                "io_setup",
                "io_submit",
                "keyctl",
                "add_key",
                "request_key",
                "init_module",
                "finit_module",
                "delete_module",
                "kexec_load",
                "kexec_file_load",
                "reboot",
                "swapon",
                "swapoff",
                "sethostname",
                "setdomainname",
                "settimeofday",
                "clock_settime",
                "clock_adjtime",
                "adjtimex",
                "acct",
                "quotactl",
                "quotactl_fd",
                "syslog",
                "personality",
                "fanotify_init",
                "inotify_init",
                "inotify_init1",
                "name_to_handle_at",
                "open_by_handle_at",
                "iopl",
                "ioperm",
                "vhangup",
                "lookup_dcookie",
                "nfsservctl",
                "modify_ldt",
                "setuid",
                "setgid",
                "setreuid",
                "setregid",
                "setresuid",
                "setresgid",
                "setgroups",
                "setfsuid",
                "setfsgid",
                "capset"});
  // Typing into the terminal that the run was started from.
  for (const scmp_datum_t request : {scmp_datum_t{TIOCSTI}, scmp_datum_t{0x541C /* TIOCLINUX */}}) {
    const scmp_arg_cmp typing{1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, request};
    seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &typing);
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace ocrbatch::pipeline
