/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "scratch.h"

/* A root with links of every kind, and what must not be reached beside it. */
static void make_root(struct scratch *scratch)
{
	scratch_make(scratch);
	scratch_write(scratch, "beside", "outside");
	scratch_write(scratch, "root/etc/name", "inside");
	scratch_folder(scratch, "root/a/b");
	scratch_link(scratch, "root/absolute", "/etc/name");
	scratch_link(scratch, "root/a/b/relative", "../../etc/name");
	scratch_link(scratch, "root/a/above", "../../../../../../etc/name");
	scratch_link(scratch, "root/folder", "/etc");
	scratch_link(scratch, "root/chain", "a/b/relative");
	scratch_link(scratch, "root/out", "../beside");
	scratch_link(scratch, "root/dangling", "/no/such");
	scratch_link(scratch, "root/left", "right");
	scratch_link(scratch, "root/right", "left");
	scratch_link(scratch, "root/self", "self/x");
	scratch_link(scratch, "root/passwd", "/etc/passwd");
}

static int open_root(const struct scratch *scratch)
{
	int fd = openat(scratch->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void no_path_leads_out_of_its_root(void **state)
{
	static const struct {
		const char *path;
		int r;
		const char *text;
	} cases[] = {
		{ "etc/name", 0, "inside" },
		{ "/etc/name", 0, "inside" },
		{ "///etc//name", 0, "inside" },
		{ "etc/./name", 0, "inside" },
		{ "../../../../etc/name", 0, "inside" },
		{ "a/../../etc/name", 0, "inside" },
		{ "absolute", 0, "inside" },
		{ "a/b/relative", 0, "inside" },
		{ "a/above", 0, "inside" },
		{ "folder/name", 0, "inside" },
		{ "chain", 0, "inside" },
		{ "out", -ENOENT, NULL },
		{ "../beside", -ENOENT, NULL },
		{ "folder/../beside", -ENOENT, NULL },
		{ "passwd", -ENOENT, NULL },
		{ "folder/passwd", -ENOENT, NULL },
		{ "dangling", -ENOENT, NULL },
		{ "left", -ELOOP, NULL },
		{ "left/name", -ELOOP, NULL },
		{ "self", -ELOOP, NULL },
		{ "etc/name/x", -ENOTDIR, NULL },
		{ "etc/name/", -ENOTDIR, NULL },
		{ "etc", -EISDIR, NULL },
		{ "/", -EISDIR, NULL },
		{ "", -EISDIR, NULL },
		{ "..", -EISDIR, NULL },
	};
	struct scratch scratch;
	auto_fd int root = -1;

	(void)state;
	make_root(&scratch);
	root = open_root(&scratch);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes bytes = { 0 };
		int r = file_read_in_root(root, cases[i].path, 100, &bytes);

		if (r != cases[i].r || !text_equal((const char *)bytes.data, cases[i].text))
			fail_msg("'%s': got %d", cases[i].path, r);
		if (file_exists_in_root(root, cases[i].path) != (r == 0 || r == -EISDIR))
			fail_msg("'%s': exists?", cases[i].path);
	}
	scratch_remove(&scratch);
}

static void an_opened_path_obeys_its_flags_and_closes_on_exec(void **state)
{
	struct scratch scratch;
	auto_fd int root = -1, file = -1, directory = -1;

	(void)state;
	make_root(&scratch);
	root = open_root(&scratch);
	file = file_open_in_root(root, "/absolute", O_RDONLY);
	assert_true(file >= 0);
	assert_int_equal(fcntl(file, F_GETFD), FD_CLOEXEC);
	assert_int_equal(file_open_in_root(root, "absolute", O_RDONLY | O_NOFOLLOW), -ELOOP);
	assert_int_equal(file_open_in_root(root, "etc/name", O_RDONLY | O_DIRECTORY), -ENOTDIR);
	directory = file_open_in_root(root, "/", O_RDONLY | O_DIRECTORY);
	assert_true(directory >= 0);
	assert_true(file_exists_in_root(directory, "etc/name"));
	scratch_remove(&scratch);
}

static void links_of_proc_that_jump_are_not_followed(void **state)
{
	auto_fd int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	if (access("/proc/self/root", F_OK) < 0)
		skip();
	assert_int_equal(file_open_in_root(root, "proc/self/root/proc", O_RDONLY), -ELOOP);
	assert_false(file_exists_in_root(root, "/proc/self/cwd/."));
}

static void only_regular_files_are_opened_and_none_blocks(void **state)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "file", 0 },
		{ "empty", 0 },
		{ "link", 0 },
		{ "folder", -EISDIR },
		{ ".", -EISDIR },
		{ "pipe", -EINVAL },
		{ "to-pipe", -EINVAL },
		{ "absent", -ENOENT },
		{ "file/x", -ENOTDIR },
		{ "dangling", -ENOENT },
		{ "", -ENOENT },
		{ "/dev/null", -EINVAL },
		{ "/dev/zero", -EINVAL },
	};
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "file", "text");
	scratch_write(&scratch, "empty", "");
	scratch_folder(&scratch, "folder");
	scratch_link(&scratch, "link", "file");
	scratch_link(&scratch, "dangling", "absent");
	scratch_link(&scratch, "to-pipe", "pipe");
	assert_int_equal(mkfifoat(scratch.fd, "pipe", 0600), 0);
	/* Who waits for a writer of the pipe ends here. */
	alarm(20);
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_fd int fd = file_open_regular(scratch.fd, cases[i].path);

		if (cases[i].r ? fd != cases[i].r : fd < 0)
			fail_msg("'%s': got %d", cases[i].path, fd);
		if (fd >= 0)
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	}
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes bytes = { 0 };

		if (cases[i].r == -EINVAL && cases[i].path[0] != '/')
			assert_int_equal(file_read_in_root(scratch.fd, cases[i].path, 9, &bytes),
					 -EINVAL);
	}
	alarm(0);
	scratch_remove(&scratch);
}

static void a_file_that_is_leased_away_is_not_waited_for(void **state)
{
	auto_bytes struct bytes bytes = { 0 };
	struct scratch scratch;
	auto_fd int fd = -1;

	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "file", "text");
	fd = openat(scratch.fd, "file", O_RDWR | O_CLOEXEC);
	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) {
		scratch_remove(&scratch);
		skip();
	}
	/* The kernel would take the lease away only after /proc/sys/fs/lease-break-time. */
	alarm(20);
	assert_int_equal(file_read_in_root(scratch.fd, "file", 9, &bytes), -EAGAIN);
	alarm(0);
	assert_int_equal(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	assert_int_equal(file_read_in_root(scratch.fd, "file", 9, &bytes), 0);
	scratch_remove(&scratch);
}

static void check_read(int fd, const uint8_t *data, size_t size, size_t max)
{
	auto_bytes struct bytes bytes = { 0 };
	int r;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	r = file_read_fd(fd, max, &bytes);
	if (r != (size > max ? -EFBIG : 0))
		fail_msg("%zu bytes, at most %zu: got %d", size, max, r);
	if (r < 0) {
		assert_null(bytes.data);
		return;
	}
	if (bytes.size != size || memcmp(bytes.data, data, size) != 0)
		fail_msg("%zu bytes, at most %zu: others came back", size, max);
	assert_int_equal(bytes.data[size], 0);
}

static void a_file_is_read_up_to_its_limit_and_not_beyond(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 4095, 4096, 4097, 8192, 65536, 100000 };
	static uint8_t data[100000];
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		auto_fd int fd = -1;

		scratch_write_bytes(&scratch, "file", data, sizes[i]);
		fd = file_open_regular(scratch.fd, "file");
		assert_true(fd >= 0);
		check_read(fd, data, sizes[i], sizes[i]);
		check_read(fd, data, sizes[i], sizes[i] + 1);
		check_read(fd, data, sizes[i], SIZE_MAX);
		check_read(fd, data, sizes[i], 0);
		if (sizes[i])
			check_read(fd, data, sizes[i], sizes[i] - 1);
	}
	scratch_remove(&scratch);
}

static void a_pipe_is_read_to_its_end(void **state)
{
	for (size_t size = 0; size <= 20000; size += 5000) {
		auto_bytes struct bytes bytes = { 0 };
		auto_free char *text = calloc(1, size + 1);
		int ends[2];

		(void)state;
		memset(text, 'p', size);
		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
		assert_int_equal(file_write_fd(ends[1], text, size), 0);
		close(ends[1]);
		assert_int_equal(file_read_fd(ends[0], size, &bytes), 0);
		close(ends[0]);
		assert_int_equal(bytes.size, size);
		assert_string_equal((const char *)bytes.data, text);
	}
}

static void files_that_lie_about_their_size_are_read_whole(void **state)
{
	static const char *const paths[] = { "/proc/self/status", "/proc/self/maps",
					     "/proc/cpuinfo", "/sys/kernel/uevent_seqnum",
					     "/sys/class/net/lo/mtu" };
	size_t read_some = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		auto_bytes struct bytes bytes = { 0 }, none = { 0 };
		auto_fd int fd = file_open_regular(AT_FDCWD, paths[i]);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0)
			continue;
		read_some++;
		assert_int_equal(file_read_fd(fd, 1 << 20, &bytes), 0);
		if (bytes.size == 0 || bytes.size == (size_t)st.st_size)
			fail_msg("%s: %zu bytes", paths[i], bytes.size);
		assert_int_equal(bytes.data[bytes.size - 1], '\n');
		assert_int_equal(bytes.data[bytes.size], 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(file_read_fd(fd, 1, &none), -EFBIG);
	}
	if (read_some == 0)
		skip();
}

static void what_cannot_be_read_or_written_says_why(void **state)
{
	auto_fd int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	auto_bytes struct bytes bytes = { 0 };

	(void)state;
	assert_int_equal(file_read_fd(directory, 100, &bytes), -EISDIR);
	assert_int_equal(file_read_fd(-1, 100, &bytes), -EBADF);
	assert_int_equal(file_write_fd(-1, "x", 1), -EBADF);
	assert_int_equal(file_write_fd(-1, "", 0), 0);
	assert_null(bytes.data);
	if (full >= 0)
		assert_int_equal(file_write_fd(full, "x", 1), -ENOSPC);
}

static mode_t mode_of(const struct scratch *scratch, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(scratch->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static void modes_hold_whatever_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 027, 077 };
	static const mode_t modes[] = { 0600, 0644, 0666, 0755 };
	struct scratch scratch;
	mode_t before = umask(0);

	(void)state;
	scratch_make(&scratch);
	for (size_t i = 0; i < COUNT(masks); i++)
		for (size_t j = 0; j < COUNT(modes); j++) {
			auto_free char *file = text_format("file-%zu-%zu", i, j);
			auto_free char *folder = text_format("folder-%zu-%zu/in/it", i, j);
			auto_fd int fd = -1;

			umask(masks[i]);
			fd = file_create(scratch.fd, file, O_WRONLY, modes[j]);
			assert_true(fd >= 0);
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			assert_int_equal(mode_of(&scratch, file), modes[j]);
			assert_int_equal(dir_make_path(scratch.fd, folder, modes[j] | 0700), 0);
			assert_int_equal(mode_of(&scratch, folder), modes[j] | 0700);
			*strrchr(folder, '/') = '\0';
			assert_int_equal(mode_of(&scratch, folder), modes[j] | 0700);
			*strrchr(folder, '/') = '\0';
			assert_int_equal(mode_of(&scratch, folder), modes[j] | 0700);
		}
	umask(before);
	scratch_remove(&scratch);
}

static void a_new_file_never_takes_the_place_of_another(void **state)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "there", -EEXIST },    { "folder", -EEXIST },  { "link", -EEXIST },
		{ "dangling", -EEXIST }, { "no/such", -ENOENT }, { "there/x", -ENOTDIR },
	};
	auto_bytes struct bytes bytes = { 0 };
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "there", "old");
	scratch_folder(&scratch, "folder");
	scratch_link(&scratch, "link", "there");
	scratch_link(&scratch, "dangling", "absent");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int r = file_create(scratch.fd, cases[i].path, O_WRONLY | O_TRUNC, 0600);

		if (r != cases[i].r)
			fail_msg("'%s': got %d", cases[i].path, r);
	}
	assert_false(file_exists_in_root(scratch.fd, "absent"));
	assert_int_equal(file_read_in_root(scratch.fd, "there", 9, &bytes), 0);
	assert_string_equal((const char *)bytes.data, "old");
	assert_int_equal(mode_of(&scratch, "there"), 0644);
	scratch_remove(&scratch);
}

static void names_come_sorted_and_as_often_as_asked(void **state)
{
	static const char *const sorted[] = { "\x01", "...", ".hidden", "10",   "9",
					      "A",    "a",   "a b",     "b\nc", "\xff" };
	struct scratch scratch;
	auto_fd int file = -1;

	(void)state;
	scratch_make(&scratch);
	for (size_t i = COUNT(sorted); i > 0; i--)
		scratch_write(&scratch, sorted[i - 1], "");
	for (int round = 0; round < 2; round++) {
		auto_strings struct strings names = { 0 };

		assert_int_equal(dir_names(scratch.fd, &names), 0);
		assert_int_equal(names.count, COUNT(sorted));
		for (size_t i = 0; i < COUNT(sorted); i++)
			assert_string_equal(names.items[i], sorted[i]);
	}
	file = file_open_regular(scratch.fd, "a");
	assert_int_equal(dir_names(file, &(struct strings){ 0 }), -ENOTDIR);
	assert_int_equal(dir_names(-1, &(struct strings){ 0 }), -EBADF);
	scratch_remove(&scratch);
}

static void many_of_the_longest_names_and_none_at_all_are_listed(void **state)
{
	auto_strings struct strings names = { 0 }, none = { 0 };
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	assert_int_equal(dir_names(scratch.fd, &none), 0);
	assert_int_equal(none.count, 0);
	for (int i = 999; i >= 0; i--) {
		auto_free char *name = text_format("%0*d", NAME_MAX, i);

		scratch_write(&scratch, name, "");
	}
	assert_int_equal(dir_names(scratch.fd, &names), 0);
	assert_int_equal(names.count, 1000);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(strlen(names.items[i]), NAME_MAX);
		assert_int_equal(atoi(names.items[i]), i);
	}
	scratch_remove(&scratch);
}

static void a_tree_goes_without_what_its_links_point_to(void **state)
{
	static const char *const gone[] = { "tree", "link", "file", "absent", "no/such/path" };
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "kept/file", "kept");
	scratch_write(&scratch, "file", "");
	scratch_link(&scratch, "link", "kept");
	scratch_write(&scratch, "tree/.hidden/a/b/c", "x");
	scratch_link(&scratch, "tree/to-folder", "../kept");
	scratch_link(&scratch, "tree/.hidden/to-file", "../../kept/file");
	scratch_link(&scratch, "tree/.hidden/up", "..");
	scratch_link(&scratch, "tree/dangling", "/no/such");
	assert_int_equal(mkfifoat(scratch.fd, "tree/pipe", 0), 0);
	assert_true(file_remove_tree(scratch.fd, "link/") < 0);
	for (size_t i = 0; i < COUNT(gone); i++) {
		int r = file_remove_tree(scratch.fd, gone[i]);

		if (r != 0)
			fail_msg("'%s': got %d", gone[i], r);
		assert_int_equal(faccessat(scratch.fd, gone[i], F_OK, AT_SYMLINK_NOFOLLOW), -1);
	}
	assert_true(file_exists_in_root(scratch.fd, "kept/file"));
	assert_int_equal(file_remove_tree(scratch.fd, "kept/file/x"), -ENOTDIR);
	scratch_remove(&scratch);
}

static void a_deep_tree_goes_too(void **state)
{
	struct scratch scratch;
	auto_free char *path = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&path, &size);

	(void)state;
	for (int i = 0; i < 200; i++)
		fputs(i ? "/d" : "deep", out);
	assert_int_equal(fclose(out), 0);
	scratch_make(&scratch);
	scratch_folder(&scratch, path);
	assert_int_equal(file_remove_tree(scratch.fd, "deep"), 0);
	assert_false(file_exists_in_root(scratch.fd, "deep"));
	scratch_remove(&scratch);
}

static void folders_are_made_through_folders_only(void **state)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "new", 0 },
		{ "new", 0 },
		{ "new/a/b/c", 0 },
		{ "there/a", 0 },
		{ "there", 0 },
		{ "link", -ENOTDIR },
		{ "link/a", -ENOTDIR },
		{ "there/link/a/b", -ENOTDIR },
		{ "dangling", -ENOTDIR },
		{ "dangling/a", -ENOTDIR },
		{ "file", -ENOTDIR },
		{ "file/a", -ENOTDIR },
		{ "", -EINVAL },
		{ "/new", -EINVAL },
		{ "new/../up", -EINVAL },
		{ "./new", -EINVAL },
		{ "new//x", -EINVAL },
		{ "new/", -EINVAL },
	};
	auto_strings struct strings left = { 0 };
	auto_fd int kept = -1;
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	scratch_folder(&scratch, "kept");
	scratch_folder(&scratch, "there");
	assert_int_equal(fchmodat(scratch.fd, "there", 0710, 0), 0);
	scratch_write(&scratch, "file", "");
	scratch_link(&scratch, "link", "kept");
	scratch_link(&scratch, "there/link", "../kept");
	scratch_link(&scratch, "dangling", "absent");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int r = dir_make_path(scratch.fd, cases[i].path, 0750);

		if (r != cases[i].r)
			fail_msg("'%s': got %d", cases[i].path, r);
		if (r == 0)
			assert_true(file_exists_in_root(scratch.fd, cases[i].path));
	}
	assert_int_equal(mode_of(&scratch, "there"), 0710);
	assert_false(file_exists_in_root(scratch.fd, "absent"));
	kept = openat(scratch.fd, "kept", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(dir_names(kept, &left), 0);
	assert_int_equal(left.count, 0);
	scratch_remove(&scratch);
}

static void a_safe_path_stays_below_and_is_clean(void **state)
{
	static const struct {
		const char *path;
		bool safe;
	} cases[] = {
		{ "a", true },        { "a/b.ko.zst", true }, { "...", true },
		{ "..a/b..", true },  { ".hidden/.a", true }, { "a b", true },
		{ "\xc3\xa4", true }, { "a\\b", true },       { "", false },
		{ "/", false },       { "/a", false },        { "//a", false },
		{ ".", false },       { "..", false },        { "./a", false },
		{ "../a", false },    { "a/.", false },       { "a/..", false },
		{ "a/./b", false },   { "a/../b", false },    { "a//b", false },
		{ "a/", false },      { "a\nb", false },      { "a/\tb", false },
		{ "\x01", false },    { "a\x1b[2J", false },  { "a\x7f", false },
	};
	char path[NAME_MAX + 4] = "x/";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (path_is_safe(cases[i].path) != cases[i].safe)
			fail_msg("'%s': got %d", cases[i].path, !cases[i].safe);
	memset(path + 2, 'n', NAME_MAX);
	assert_true(path_is_safe(path));
	assert_true(path_is_safe(path + 2));
	path[NAME_MAX + 2] = 'n';
	assert_false(path_is_safe(path));
	assert_false(path_is_safe(path + 2));
	path[1] = 'n';
	path[3] = '/';
	assert_true(path_is_safe(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_path_leads_out_of_its_root),
		cmocka_unit_test(an_opened_path_obeys_its_flags_and_closes_on_exec),
		cmocka_unit_test(links_of_proc_that_jump_are_not_followed),
		cmocka_unit_test(only_regular_files_are_opened_and_none_blocks),
		cmocka_unit_test(a_file_that_is_leased_away_is_not_waited_for),
		cmocka_unit_test(a_file_is_read_up_to_its_limit_and_not_beyond),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test(files_that_lie_about_their_size_are_read_whole),
		cmocka_unit_test(what_cannot_be_read_or_written_says_why),
		cmocka_unit_test(modes_hold_whatever_the_umask),
		cmocka_unit_test(a_new_file_never_takes_the_place_of_another),
		cmocka_unit_test(names_come_sorted_and_as_often_as_asked),
		cmocka_unit_test(many_of_the_longest_names_and_none_at_all_are_listed),
		cmocka_unit_test(a_tree_goes_without_what_its_links_point_to),
		cmocka_unit_test(a_deep_tree_goes_too),
		cmocka_unit_test(folders_are_made_through_folders_only),
		cmocka_unit_test(a_safe_path_stays_below_and_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
