/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compromised - what somebody would try who has taken over a parser.
 *
 * As a library to preload it replaces a function that a parser calls, named by COMPROMISED, and on
 * its first call makes all attempts; as a program (-DCONTROL) it makes them at once, to show that
 * they succeed where nothing forbids them. A line each goes to descriptor 9: the attempt, what has
 * to refuse it (landlock, syscalls), and the errno, 0 if it was let through. COMPROMISED_DIR has a
 * file and, with ".d" behind, a folder named after each attempt; COMPROMISED_STAGE is the staging
 * directory, COMPROMISED_CACHE the folder of the cache, COMPROMISED_VICTIM a process of the same
 * user. NO_LANDLOCK hides Landlock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OUT 9

static char file[4096], folder[4096 + 2], beside[4096 + 4];

static pid_t victim(void)
{
	return atoi(getenv("COMPROMISED_VICTIM"));
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int in_place(const char *variable, const char *name, int flags)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", getenv(variable), name);
	return opened(path, flags);
}

static int try_read(void)
{
	return opened(file, O_RDONLY);
}
static int try_secret(void)
{
	return opened(file, O_RDONLY);
}
static int try_create(void)
{
	return opened(beside, O_WRONLY | O_CREAT | O_EXCL);
}
static int try_create_in_temporary(void)
{
	return in_place("TMPDIR", "attempt", O_WRONLY | O_CREAT);
}
static int try_create_in_home(void)
{
	return in_place("HOME", "attempt", O_WRONLY | O_CREAT);
}
static int try_append(void)
{
	return opened(file, O_WRONLY | O_APPEND);
}
static int try_truncate(void)
{
	return truncate(file, 0);
}
static int try_open_truncating(void)
{
	return opened(file, O_RDONLY | O_TRUNC);
}
/* Neither for reading nor for writing, and emptied all the same. */
static int try_open_emptying(void)
{
	return opened(file, O_ACCMODE | O_TRUNC);
}
static int try_rename(void)
{
	return rename(file, beside);
}
static int try_unlink(void)
{
	return unlink(file);
}
static int try_rmdir(void)
{
	return rmdir(folder);
}
static int try_mkdir(void)
{
	return mkdir(beside, 0700);
}
static int try_symlink(void)
{
	return symlink("/", beside);
}
static int try_link(void)
{
	return link(file, beside);
}
static int try_mkfifo(void)
{
	return mkfifo(beside, 0600);
}
static int try_mknod(void)
{
	return mknod(beside, S_IFCHR | 0600, 1 << 8 | 3);
}
static int try_chmod(void)
{
	return chmod(file, 04777);
}
static int try_chown(void)
{
	return chown(file, getuid(), getgid());
}
static int try_fchownat(void)
{
	return fchownat(AT_FDCWD, file, getuid(), getgid(), 0);
}
static int try_setxattr(void)
{
	return setxattr(file, "user.attempt", "1", 1, 0);
}
static int try_utimes(void)
{
	return utimes(file, NULL);
}
static int try_fchmodat2(void)
{
	return (int)syscall(452, AT_FDCWD, file, 0777, 0);
}

static int on_read_fd(int (*what)(int fd))
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? fd : what(fd);
}

static int modify(int fd)
{
	return fchmod(fd, 0777);
}
static int touch(int fd)
{
	return futimens(fd, NULL);
}
static int try_fchmod(void)
{
	return on_read_fd(modify);
}
static int try_futimens(void)
{
	return on_read_fd(touch);
}

static int flag(int fd)
{
	int flags = 0;

	return ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 ? -1 : ioctl(fd, FS_IOC_SETFLAGS, &flags);
}
static int try_setflags(void)
{
	return on_read_fd(flag);
}

/* btrfs: a subvolume in a folder that is open for reading. */
static int try_subvolume(void)
{
	char name[4096] = "";
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? fd : ioctl(fd, _IOC(_IOC_WRITE, 0x94, 14, sizeof(name)), name);
}

/* A signal that the kernel sends for us. */
static int try_own(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	return fcntl(ends[0], F_SETOWN, victim()) < 0 ? -1 : fcntl(ends[0], F_SETSIG, SIGCONT);
}

static int try_device(void)
{
	return opened("/dev/kmsg", O_WRONLY);
}
static int try_mount(void)
{
	return mount("none", folder, "tmpfs", 0, NULL) < 0 ? -1 : umount(folder);
}
static int try_unshare(void)
{
	return unshare(CLONE_NEWNS);
}
static int try_chroot(void)
{
	return chroot("/");
}
static int try_init_module(void)
{
	return (int)syscall(SYS_init_module, NULL, 0, "");
}
static int try_io_uring(void)
{
	return (int)syscall(SYS_io_uring_setup, 1, NULL);
}
static int try_kill(void)
{
	return kill(victim(), SIGCONT);
}
static int try_ptrace(void)
{
	return (int)ptrace(PTRACE_SEIZE, victim(), NULL, NULL);
}
static int try_setpriority(void)
{
	return setpriority(PRIO_PROCESS, (id_t)victim(), 5);
}

static int try_add_key(void)
{
	return (int)syscall(SYS_add_key, "user", "attempt", "x", 1UL, -2);
}

static int try_prlimit(void)
{
	struct rlimit limit = { 100, 100 };

	return prlimit(victim(), RLIMIT_NOFILE, &limit, NULL);
}

static int try_other_memory(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", victim());
	return opened(path, O_RDWR);
}

static int in_child(int (*what)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(what() < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static int new_user(void)
{
	return unshare(CLONE_NEWUSER);
}

static int run(void)
{
	return execl("/bin/true", "true", NULL);
}

static int try_unshare_user(void)
{
	return in_child(new_user);
}

static int try_exec(void)
{
	return in_child(run);
}

static int try_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? fd : close(fd);
}

static int try_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", getenv("COMPROMISED_SOCKET"));
	return fd < 0 ? fd : connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int try_type(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static int try_become_root(void)
{
	return setresuid(0, 0, 0) < 0 ? -1 : try_create();
}
static int try_stage(void)
{
	return in_place("COMPROMISED_STAGE", "attempt", O_WRONLY | O_CREAT);
}

static int try_stage_away(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/away", getenv("COMPROMISED_STAGE"));
	return rename(file, path);
}

static int try_cache_metadata(void)
{
	return in_place("COMPROMISED_CACHE", "metadata/attempt", O_WRONLY | O_CREAT);
}

static int try_cache_kernel(void)
{
	return in_place("COMPROMISED_CACHE", "kernel/attempt", O_WRONLY | O_CREAT);
}

/* Where the trusted keys are. */
static int try_cache_system(void)
{
	return in_place("COMPROMISED_CACHE", "system/attempt", O_WRONLY | O_CREAT);
}

static int try_cache_exchanged(void)
{
	char from[4096], to[4096];

	snprintf(from, sizeof(from), "%s/metadata", getenv("COMPROMISED_CACHE"));
	snprintf(to, sizeof(to), "%s/exchanged", getenv("COMPROMISED_CACHE"));
	return rename(from, to) < 0 ? -1 : rename(to, from);
}

static int try_cache_folder(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/metadata/folder", getenv("COMPROMISED_CACHE"));
	return mkdir(path, 0700);
}

static int try_cache_symlink(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/metadata/symlink", getenv("COMPROMISED_CACHE"));
	return symlink("/etc/passwd", path);
}

#define ROW(name, by)                                                                              \
	{                                                                                          \
#name, by, try_##name                                                              \
	}
static const struct {
	const char *name, *by;
	int (*try)(void);
} attempts[] = {
	ROW(read, "nothing"),
	ROW(secret, "owner"),
	ROW(stage, "stage"),
	ROW(cache_metadata, "cache"),
	ROW(cache_kernel, "cache"),
	ROW(cache_system, "landlock"),
	ROW(cache_exchanged, "landlock"),
	ROW(cache_folder, "landlock"),
	ROW(cache_symlink, "landlock"),
	ROW(create, "landlock"),
	ROW(create_in_temporary, "landlock"),
	ROW(create_in_home, "landlock"),
	ROW(append, "landlock"),
	ROW(truncate, "syscalls"),
	ROW(open_truncating, "syscalls"),
	ROW(open_emptying, "syscalls"),
	ROW(rename, "landlock"),
	ROW(stage_away, "landlock"),
	ROW(unlink, "landlock"),
	ROW(rmdir, "landlock"),
	ROW(mkdir, "landlock"),
	ROW(symlink, "landlock"),
	ROW(link, "landlock"),
	ROW(mkfifo, "syscalls"),
	ROW(mknod, "syscalls"),
	ROW(chmod, "syscalls"),
	ROW(fchmod, "syscalls"),
	ROW(fchmodat2, "syscalls"),
	ROW(chown, "syscalls"),
	ROW(fchownat, "syscalls"),
	ROW(utimes, "syscalls"),
	ROW(futimens, "syscalls"),
	ROW(setxattr, "syscalls"),
	ROW(setflags, "syscalls"),
	ROW(subvolume, "syscalls"),
	ROW(device, "landlock"),
	ROW(mount, "syscalls"),
	ROW(unshare, "syscalls"),
	ROW(unshare_user, "syscalls"),
	ROW(chroot, "syscalls"),
	ROW(init_module, "syscalls"),
	ROW(io_uring, "syscalls"),
	ROW(kill, "syscalls"),
	ROW(own, "syscalls"),
	ROW(ptrace, "syscalls"),
	ROW(setpriority, "syscalls"),
	ROW(prlimit, "syscalls"),
	ROW(other_memory, "landlock"),
	ROW(add_key, "syscalls"),
	ROW(exec, "syscalls"),
	ROW(tcp, "syscalls"),
	ROW(unix, "syscalls"),
	ROW(type, "syscalls"),
	ROW(become_root, "landlock"),
};

static void try_all(void)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		int r;

		snprintf(file, sizeof(file), "%s/%s", getenv("COMPROMISED_DIR"), attempts[i].name);
		snprintf(folder, sizeof(folder), "%.4000s.d", file);
		snprintf(beside, sizeof(beside), "%.4000s.new", file);
		errno = 0;
		r = attempts[i].try();
		dprintf(OUT, "%s %s %s\n", attempts[i].name, attempts[i].by,
			r < 0 ? strerrorname_np(errno) : "0");
	}
}

#ifdef CONTROL
int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
			puts(attempts[i].name);
	else
		try_all();
	return 0;
}
#else
/* As on a kernel without Landlock. */
__attribute__((constructor)) static void hide_landlock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (getenv("NO_LANDLOCK") && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
				      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0))
		abort();
}

static void *taken_over(const char *name)
{
	static int done;
	const char *chosen = getenv("COMPROMISED");

	if (!done && chosen && strcmp(chosen, name) == 0) {
		done = 1;
		try_all();
	}
	return dlsym(RTLD_NEXT, name);
}

/* Of librpm (an RPM), zlib (compressed metadata) and json-c (a snapshot of hardware). */
int rpmReadPackageFile(void *ts, void *fd, const char *name, void *header);
int rpmReadPackageFile(void *ts, void *fd, const char *name, void *header)
{
	int (*real)(void *, void *, const char *, void *) = taken_over("rpmReadPackageFile");

	return real(ts, fd, name, header);
}

int inflate(void *stream, int flush);
int inflate(void *stream, int flush)
{
	int (*real)(void *, int) = taken_over("inflate");

	return real(stream, flush);
}

void *json_tokener_parse_ex(void *tokener, const char *text, int length);
void *json_tokener_parse_ex(void *tokener, const char *text, int length)
{
	void *(*real)(void *, const char *, int) = taken_over("json_tokener_parse_ex");

	return real(tokener, text, length);
}
#endif
