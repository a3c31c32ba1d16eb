/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <rpm/rpmlib.h>

#include "packages/rpm-payload.h"
#include "rpm-damage-fixture.h"
#include "rpm-fixture.h"

#define MODULES "/lib/modules/6.4.0-1-default/updates/"

static const char *const payloads[] = { "w9.gzdio", "w6.xzdio", "w3.zstdio",
					"w9.bzdio", "w6.lzdio", "w.ufdio" };

static const struct fixture_file files[] = {
	{ .path = MODULES "foo.ko", .content = "module foo, module foo, module foo" },
	{ .path = MODULES "bar.ko", .content = "module bar" },
	{ .path = "/lib/firmware/foo.bin", .content = "\0\1\2\3", .size = 4 },
	{ .path = "/lib/firmware/again.bin", .link = "/lib/firmware/foo.bin" },
	{ .path = "/lib/firmware/link.bin", .symlink = "foo.bin" },
	{ .path = "/lib/firmware/empty.bin" },
	{ 0 },
};

static char *scratch;
static char *rpms[COUNT(payloads)]; /* paths, one per payload */

static int build_all(void **state)
{
	(void)state;
	if (!fixture_can_build())
		return 0;
	scratch = fixture_scratch();
	for (size_t i = 0; i < COUNT(payloads); i++) {
		const struct fixture_package package = {
			.name = "foo-kmp-default",
			.version = "1.0_k6.4.0_1",
			.release = "1.1",
			.epoch = i == 0 ? 0 : 3,
			.payload = payloads[i],
			.tags = "Provides: kmod(foo.ko)\nProvides: bar = 2-3\n",
			.files = files,
		};

		rpms[i] = fixture_build(scratch, &package);
		if (!rpms[i])
			return -1;
	}
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(payloads); i++)
		free(rpms[i]);
	if (scratch)
		fixture_remove(scratch);
	free(scratch);
	return 0;
}

static void need_rpmbuild(void)
{
	if (scratch)
		return;
	print_message("rpmbuild is not installed\n");
	skip();
}

/* What a walk through the payload saw, as text: one line an entry. */
struct seen {
	char *text;
	size_t size;
	FILE *out;
	int stop; /* what visit() returns */
};

static int note_entry(void *context, const struct rpm_entry *entry)
{
	struct seen *seen = context;
	char buffer[7];
	long got;

	fprintf(seen->out, "%s %o %d", entry->path, entry->mode & S_IFMT, (int)entry->size);
	if (entry->target)
		fprintf(seen->out, " -> %s", entry->target);
	if (entry->link)
		fprintf(seen->out, " = %s", entry->link);
	fputc('[', seen->out);
	while ((got = rpm_entry_read(entry, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)got, seen->out);
	fprintf(seen->out, "]\n");
	return got < 0 ? (int)got : seen->stop;
}

/* Open, verify and walk the RPM at PATH; the first failure. */
static int read_rpm(const char *path, struct seen *seen, struct error *error)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	auto_rpm struct rpm *rpm = NULL;
	int r = rpm_open(fd, path, &rpm, error);

	seen->out = open_memstream(&seen->text, &seen->size);
	if (r == 0)
		r = rpm_verify_payload(rpm, error);
	if (r >= 0)
		r = rpm_payload(rpm, note_entry, seen, error);
	fclose(seen->out);
	return r;
}

static void the_header_is_read(void **state)
{
	(void)state;
	need_rpmbuild();
	for (size_t i = 0; i < COUNT(payloads); i++) {
		auto_fd int fd = open(rpms[i], O_RDONLY | O_CLOEXEC);
		auto_strings struct strings names = { 0 }, versions = { 0 }, paths = { 0 };
		auto_rpm struct rpm *rpm = NULL;

		assert_int_equal(rpm_open(fd, "x.rpm", &rpm, NULL), 0);
		assert_string_equal(rpm_nevra(rpm),
				    i == 0 ? "foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"
					   : "foo-kmp-default-3:1.0_k6.4.0_1-1.1.x86_64");
		assert_int_equal(rpm_provides(rpm, &names, &versions), 0);
		assert_int_equal(names.count, versions.count);
		assert_true(strings_contain(&names, "kmod(foo.ko)"));
		assert_true(strings_contain(&versions, "2-3"));
		assert_true(strings_contain(&versions, ""));
		assert_int_equal(rpm_files(rpm, &paths), 0);
		assert_int_equal(paths.count, 6);
		assert_true(strings_contain(&paths, MODULES "foo.ko"));
		assert_int_equal(rpm_installed_size(rpm), 55);
		assert_non_null(rpm_header_handle(rpm));
	}
}

static void every_compression_gives_the_same_payload(void **state)
{
	static const char *const expected[] = {
		MODULES "foo.ko 100000 34[module foo, module foo, module foo]\n",
		MODULES "bar.ko 100000 10[module bar]\n",
		"/lib/firmware/link.bin 120000 0 -> foo.bin[]\n",
		"/lib/firmware/empty.bin 100000 0[]\n",
	};
	auto_free char *first = NULL;

	(void)state;
	need_rpmbuild();
	for (size_t i = 0; i < COUNT(payloads); i++) {
		auto_error struct error error = { 0 };
		struct seen seen = { 0 };
		int r = read_rpm(rpms[i], &seen, &error);
		auto_free char *text = seen.text;

		if (r != 0)
			fail_msg("%s: %d %s", payloads[i], r, error.why);
		for (size_t j = 0; j < COUNT(expected); j++)
			if (!strstr(text, expected[j]))
				fail_msg("%s: no '%s' in\n%s", payloads[i], expected[j], text);
		if (!first)
			first = strdup(text);
		assert_string_equal(text, first);
	}
}

static void of_hard_links_the_first_carries_the_content(void **state)
{
	struct seen seen = { 0 };
	auto_free char *text = NULL;
	const char *content, *other;

	(void)state;
	need_rpmbuild();
	assert_int_equal(read_rpm(rpms[0], &seen, NULL), 0);
	text = seen.text;
	content = memmem(text, seen.size, " 100000 4[\0\1\2\3]", 15);
	other = memmem(text, seen.size, " 100000 0 = /lib/firmware/", 26);
	assert_non_null(content);
	assert_non_null(other);
	assert_true(content < other);
}

static void the_payload_can_be_walked_again_and_stopped(void **state)
{
	auto_rpm struct rpm *rpm = NULL;
	auto_fd int fd = -1;

	(void)state;
	need_rpmbuild();
	fd = open(rpms[1], O_RDONLY | O_CLOEXEC);
	assert_int_equal(rpm_open(fd, "x.rpm", &rpm, NULL), 0);
	for (int stop = 0; stop < 3; stop++) {
		struct seen seen = { .stop = stop };

		seen.out = open_memstream(&seen.text, &seen.size);
		assert_int_equal(rpm_payload(rpm, note_entry, &seen, NULL), stop);
		fclose(seen.out);
		free(seen.text);
	}
}

static void a_file_cut_anywhere_is_refused(void **state)
{
	auto_bytes struct bytes whole = { 0 };
	auto_free char *path = NULL;

	(void)state;
	need_rpmbuild();
	path = fixture_path(scratch, "cut.rpm");
	whole = fixture_read(rpms[0]);
	assert_true(whole.size > 1000);
	for (size_t size = 0; size < whole.size; size += size < 200 ? 1 : 13) {
		auto_error struct error error = { 0 };
		auto_rpm struct rpm *rpm = NULL;
		auto_fd int fd = -1;
		int r;

		fixture_write(path, whole.data, size);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		r = rpm_open(fd, "cut.rpm", &rpm, &error);
		if (r != -EBADMSG || !error.what || !error.why || rpm)
			fail_msg("cut to %zu bytes: %d %s", size, r, error.why);
	}
}

/* Lead and signature header are covered by no digest, so bytes there may be idle. */
static void a_flipped_byte_never_changes_what_comes_out(void **state)
{
	struct seen good = { 0 };
	auto_bytes struct bytes whole = { 0 };
	auto_free char *path = NULL;
	auto_free char *expected = NULL;
	size_t covered;

	(void)state;
	need_rpmbuild();
	path = fixture_path(scratch, "flipped.rpm");
	assert_int_equal(read_rpm(rpms[2], &good, NULL), 0);
	expected = good.text;
	whole = fixture_read(rpms[2]);
	covered = fixture_header_at(&whole);
	for (size_t at = 0; at < whole.size; at += 11) {
		auto_error struct error error = { 0 };
		struct seen seen = { 0 };
		int r;

		whole.data[at] ^= 0x24;
		fixture_write(path, whole.data, whole.size);
		whole.data[at] ^= 0x24;
		r = read_rpm(path, &seen, &error);
		if (r < 0 ? !error.why : at >= covered || strcmp(seen.text, expected) != 0)
			fail_msg("byte %zu of %zu, covered from %zu: %d", at, whole.size, covered,
				 r);
		free(seen.text);
	}
}

static void what_is_no_rpm_is_refused_in_one_sentence(void **state)
{
	static const struct {
		const char *label, *content;
		size_t size;
	} cases[] = {
		{ "empty", "", 0 },
		{ "text", "hello\n", 6 },
		{ "only a lead's magic", "\xed\xab\xee\xdb", 4 },
		{ "lead and zeros", "\xed\xab\xee\xdb\3\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0", 20 },
	};
	auto_free char *dir = fixture_scratch();
	auto_free char *path = fixture_path(dir, "no.rpm");

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_error struct error error = { 0 };
		auto_free char *sentence = NULL;
		auto_rpm struct rpm *rpm = NULL;
		auto_fd int fd = -1;

		fixture_write(path, cases[i].content, cases[i].size);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (rpm_open(fd, "no.rpm", &rpm, &error) != -EBADMSG)
			fail_msg("%s was taken", cases[i].label);
		sentence = error_sentence(&error);
		assert_true(text_starts(sentence, "cannot read the RPM 'no.rpm': "));
		assert_null(strchr(sentence, '\n'));
	}
	fixture_remove(dir);
}

/*
 * Once another library has read rpm's configuration, librpm would run `bash -c 'echo ~/.rpmdb'`,
 * and make that directory.
 */
static void nothing_is_made_in_the_home_directory(void **state)
{
	auto_free char *home = fixture_scratch();
	auto_strings struct strings names = { 0 };
	struct seen seen = { 0 };
	auto_fd int fd = -1;

	(void)state;
	need_rpmbuild();
	setenv("HOME", home, 1);
	if (rpmReadConfigFiles(NULL, NULL) != 0)
		print_message("rpm has no configuration here, so this shows little\n");
	assert_int_equal(read_rpm(rpms[0], &seen, NULL), 0);
	free(seen.text);
	fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(dir_names(fd, &names), 0);
	assert_int_equal(names.count, 0);
	fixture_remove(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_read),
		cmocka_unit_test(every_compression_gives_the_same_payload),
		cmocka_unit_test(of_hard_links_the_first_carries_the_content),
		cmocka_unit_test(the_payload_can_be_walked_again_and_stopped),
		cmocka_unit_test(a_file_cut_anywhere_is_refused),
		cmocka_unit_test(a_flipped_byte_never_changes_what_comes_out),
		cmocka_unit_test(what_is_no_rpm_is_refused_in_one_sentence),
		cmocka_unit_test(nothing_is_made_in_the_home_directory),
	};

	return cmocka_run_group_tests(tests, build_all, remove_all);
}
