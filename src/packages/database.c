/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file-state.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "packages/rpm.h"

#define WHAT "read the rpm database below the root"
/* Bytes that one sendfile(2) moves; the kernel takes less than 2 GiB at a time. */
#define PIECE (1U << 30)

#define SQLITE_FILE "rpmdb.sqlite"
#define NDB_FILE    "Packages.db"
#define NDB_PAGE    4096

#define FOLDER_PREFIX "kmp-match."
#define FOLDER_RANDOM "XXXXXX"
/* A second run may come between the making of a folder and its lock, hardly so many times. */
#define FOLDER_TRIES 8

/* A folder of our own; the lock on it says that its owner lives. */
struct copy {
	char *path; /* NULL before it is made */
	int fd;
	int file_fd; /* of the database in it */
};

struct database {
	int fd; /* of its folder */
	const char *folder; /* below the root */
	const char *file;
	struct copy copy;
	char *path; /* of its folder, or NULL */
	struct file_state state;
};

/* Where there is a database: true, and *RET owns its folder. */
static bool find_database(int root_fd, struct database *ret)
{
	static const char *const folders[] = { "/usr/lib/sysimage/rpm", "/var/lib/rpm" };
	/* Of sqlite, ndb and Berkeley DB. */
	static const char *const files[] = { SQLITE_FILE, NDB_FILE, "Packages" };

	for (size_t i = 0; i < COUNT(folders); i++) {
		auto_fd int fd = file_open_in_root(root_fd, folders[i], O_RDONLY | O_DIRECTORY);
		struct stat st;

		for (size_t j = 0; fd >= 0 && j < COUNT(files); j++) {
			if (fstatat(fd, files[j], &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			    !S_ISREG(st.st_mode))
				continue;
			ret->fd = take_fd(&fd);
			ret->folder = folders[i];
			ret->file = files[j];
			return true;
		}
	}
	return false;
}

/* What differs after every change of the database. 0 or -errno. */
static int look_at_files(const struct database *database, struct file_state *ret)
{
	/* The log has what is not in the database yet (sqlite.org/wal.html). */
	const char *const suffixes[] = { "", "-wal" };

	for (size_t i = 0; i < COUNT(suffixes); i++) {
		auto_free char *name = text_format("%s%s", database->file, suffixes[i]);
		struct stat st = { 0 };

		if (!name)
			return -ENOMEM;
		if (fstatat(database->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
			return -errno;
		/* Every reader may make an empty log anew. */
		if (st.st_size == 0)
			st = (struct stat){ 0 };
		file_state_add(ret, &st);
	}
	return 0;
}

/* Copy NAME, which may be absent, from one folder into another. */
static int copy_file(int from_dir, int to_dir, const char *name)
{
	auto_fd int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	auto_fd int to = -1;
	uint64_t size = 0;
	ssize_t moved;
	struct stat st;

	if (from < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(from, &st) < 0)
		return -errno;
	if (st.st_size > RPM_DATABASE_SIZE_MAX)
		return -EFBIG;
	to = file_create(to_dir, name, O_WRONLY, 0600);
	if (to < 0)
		return to;
	do {
		moved = sendfile(to, from, NULL, PIECE);
		size += moved > 0 ? (uint64_t)moved : 0;
	} while ((moved > 0 && size <= RPM_DATABASE_SIZE_MAX) || (moved < 0 && errno == EINTR));
	if (moved < 0)
		return -errno;
	return size > RPM_DATABASE_SIZE_MAX ? -EFBIG : 0;
}

static void remove_copy(struct copy *copy)
{
	auto_strings struct strings names = { 0 };

	/* Around it nothing but an empty folder may be removable by now. */
	if (copy->path && dir_names(copy->fd, &names) == 0)
		for (size_t i = 0; i < names.count; i++)
			(void)file_remove_tree(copy->fd, names.items[i]);
	if (copy->path)
		(void)rmdir(copy->path);
	release_fd(&copy->file_fd);
	release_fd(&copy->fd);
	free(copy->path);
}

/* Open and lock the folder NAME of ours: a fd, -EWOULDBLOCK if its owner lives, or -errno. */
static int lock_folder(int dir_fd, const char *name)
{
	auto_fd int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid())
		return -EPERM;
	return st.st_nlink == 0 ? -ENOENT : take_fd(&fd);
}

/* Remove the folders of runs that were killed. */
static void clear_folders(const char *place)
{
	auto_fd int dir_fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_strings struct strings names = { 0 };

	if (dir_fd < 0 || dir_names(dir_fd, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		auto_fd int fd = -1;

		if (!text_starts(names.items[i], FOLDER_PREFIX) ||
		    strlen(names.items[i]) != strlen(FOLDER_PREFIX FOLDER_RANDOM))
			continue;
		fd = lock_folder(dir_fd, names.items[i]);
		if (fd >= 0)
			file_remove_tree(dir_fd, names.items[i]);
	}
}

/* -ENOENT or -EWOULDBLOCK: another run took the new folder for an abandoned one. */
static int make_folder_in(const char *place, struct copy *ret)
{
	auto_free char *path = text_format("%s/" FOLDER_PREFIX FOLDER_RANDOM, place);
	auto_fd int fd = -1;

	if (!path)
		return -ENOMEM;
	if (!mkdtemp(path))
		return -errno;
	fd = lock_folder(AT_FDCWD, path);
	if (fd < 0)
		return fd;
	*ret = (struct copy){ take(path), take_fd(&fd), -1 };
	return 0;
}

/* In memory where that can be. */
static int make_folder(struct copy *ret)
{
	const char *const places[] = { getenv("TMPDIR"), "/dev/shm", "/run", "/tmp" };
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT(places); i++) {
		if (!places[i])
			continue;
		clear_folders(places[i]);
		for (int tries = FOLDER_TRIES; tries > 0; tries--) {
			r = make_folder_in(places[i], ret);
			if (r == 0 || r == -ENOMEM)
				return r;
			if (r != -ENOENT && r != -EWOULDBLOCK)
				break;
		}
	}
	return r;
}

/*
 * SQLite makes and changes files beside a database in WAL mode, as all of rpm's are, even where it
 * only reads (sqlite.org/wal.html, "Read-Only Databases"); so it gets a copy. The log goes last:
 * what a writer adds to it meanwhile is complete or ignored.
 */
static int copy_sqlite(struct database *database)
{
	struct copy *copy = &database->copy;
	int r = copy_file(database->fd, copy->fd, SQLITE_FILE);

	if (r == 0)
		r = copy_file(database->fd, copy->fd, SQLITE_FILE "-wal");
	if (r == 0)
		copy->file_fd = openat(copy->fd, SQLITE_FILE, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	/* What is absent is not the database, which may be, but the folder of the copy. */
	return r == -ENOENT ? -ESTALE : r;
}

/*
 * Librpm opens the copy by its name, and where somebody has cleared it away, such as tmpfiles, it
 * makes an empty one: what is installed would be nothing.
 */
static bool is_still_there(const struct copy *copy)
{
	struct stat st;

	return !copy->path || (fstat(copy->file_fd, &st) == 0 && st.st_nlink > 0);
}

/* Does the file begin so, and has it more than MORE bytes? */
static bool file_begins(const struct database *database, const char *magic, off_t more)
{
	auto_fd int fd = openat(database->fd, database->file,
				O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	size_t length = strlen(magic);
	char start[16] = "";
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > more &&
	       read(fd, start, length) == (ssize_t)length && memcmp(start, magic, length) == 0;
}

/*
 * A librpm that lacks ndb finds nothing in it and complains to nobody. Without a package ndb is one
 * page (rpm: lib/backend/ndb/rpmpkg.c).
 */
static bool is_unread(const struct database *database)
{
	return text_equal(database->file, NDB_FILE) &&
	       (!file_begins(database, "RpmP", 0) || file_begins(database, "RpmP", NDB_PAGE));
}

static int set_error(const struct database *database, int r, const char *message,
		     struct error *reterr)
{
	if (r == -EBADMSG && !message && !text_equal(database->file, SQLITE_FILE))
		return error_setf(reterr, r, WHAT, database->folder,
				  "use a kmp-match built with a librpm that has it, or convert it "
				  "with rpm --rebuilddb",
				  "%s is damaged, or of a kind that this librpm does not have",
				  database->file);
	if (r == -ESTALE)
		return error_set(reterr, r, WHAT, database->folder,
				 "its copy was removed while it was read", "run it again");
	return error_set(reterr, r, WHAT, database->folder, message,
			 r == -EBADMSG ? "repair it with rpm --rebuilddb" : NULL);
}

int database_open(int root_fd, struct database **ret, struct error *reterr)
{
	auto_database struct database *database = calloc(1, sizeof(*database));
	int r = 0;

	if (!database)
		return -ENOMEM;
	database->fd = database->copy.fd = database->copy.file_fd = -1;
	if (!find_database(root_fd, database)) {
		*ret = NULL;
		return 0;
	}
	/* Before it is copied: what changes meanwhile is seen as a change. */
	if (look_at_files(database, &database->state) == 0)
		database->path = file_state_path(database->fd);
	if (text_equal(database->file, SQLITE_FILE))
		r = make_folder(&database->copy);
	if (r < 0)
		return set_error(database, r, NULL, reterr);
	*ret = take(database);
	return 0;
}

const char *database_path(const struct database *database)
{
	return database->path;
}

char *database_state(const struct database *database)
{
	if (!database->path || !file_state_is_settled(&database->state))
		return NULL;
	return file_state_text(&database->state);
}

bool database_is_as_it_was(const struct database *database)
{
	struct file_state now = { 0 };

	return look_at_files(database, &now) == 0 && file_state_equal(&now, &database->state);
}

int database_copy_fd(const struct database *database)
{
	return database ? database->copy.fd : -1;
}

int database_read(struct database *database, int (*visit)(void *context, void *header),
		  void *context, struct error *reterr)
{
	const char *copy = database->copy.path;
	auto_free char *message = NULL;
	auto_free char *path = NULL;
	int r = copy ? copy_sqlite(database) : 0;

	if (r < 0)
		return set_error(database, r, NULL, reterr);
	if (copy && !file_begins(database, "SQLite format 3", 0))
		return set_error(database, -EBADMSG, SQLITE_FILE " is no SQLite database", reterr);
	/* librpm takes paths only; the other one names the directory that is open. */
	path = copy ? strdup(copy) : text_format("/proc/self/fd/%d", database->fd);
	if (!path)
		return -ENOMEM;
	r = rpm_database_each(path, visit, context, &message);
	if (!is_still_there(&database->copy))
		r = -ESTALE;
	if (r == 0 && is_unread(database))
		r = -EBADMSG;
	return r < 0 ? set_error(database, r, message, reterr) : 0;
}

struct database *database_close(struct database *database)
{
	if (!database)
		return NULL;
	remove_copy(&database->copy);
	release_fd(&database->fd);
	free(database->path);
	free(database);
	return NULL;
}
