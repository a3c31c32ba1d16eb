/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "rpm-fixture.h"
#include "select/inspect.h"

#define KERNEL  "6.4.0-150600.21-default"
#define MODULES "/lib/modules/" KERNEL "/updates/"
#define FOO     "foo-kmp-default-1.0-1.x86_64"

/* Ten bytes, two files to be staged and one that is not. */
static const struct fixture_file files[] = {
	{ .path = "/lib/firmware/foo.bin", .content = "1234" },
	{ .path = "/etc/modprobe.d/foo.conf", .content = "#\n" },
	{ .path = "/usr/share/foo", .content = "1234" },
	{ 0 },
};
static const struct fixture_package foo = {
	"foo-kmp-default", "1.0", "1", 0, "w9.gzdio", NULL, files,
};

/* Look at the RPM at PATH, with that much ROOM left. */
static int inspect(const char *path, struct inspect_room *room, struct error *error)
{
	auto_plan struct plan plan = { 0 };
	struct plan_package *package = plan_add(&plan);
	struct inspection inspection = { .package = package };
	struct source source = { 0 };
	const struct inspect_terms terms = { .sources = &source,
					     .kernel_release = KERNEL,
					     .room = room };

	assert_non_null(package);
	assert_int_equal(source_open(path, 0, NULL, &source), 0);
	package->driver.nevra = strdup(FOO);
	package->driver.location = strdup(source.file);
	package->rpm_at_hand = true;
	inspect_packages(&terms, &inspection, 1);
	assert_int_equal(package->rpm_fd >= 0, inspection.result == 0);
	source_done(&source);
	*error = inspection.error;
	return inspection.result;
}

static void all_packages_together_are_bounded(void **state)
{
	static const struct {
		const char *label;
		struct inspect_room room, left;
		int takes; /* so many packages fit */
	} cases[] = {
		{ "room for two", { 20, 4 }, { 0, 0 }, 2 },
		{ "and to spare", { 29, 5 }, { 9, 1 }, 2 },
		{ "a byte too few for the second", { 19, 4 }, { 9, 2 }, 1 },
		{ "a file too few for the second", { 20, 3 }, { 10, 1 }, 1 },
		{ "a byte too few for the first", { 9, 4 }, { 9, 4 }, 0 },
		{ "no file", { 20, 0 }, { 20, 0 }, 0 },
	};
	char *scratch = fixture_can_build() ? fixture_scratch() : NULL;
	auto_free char *rpm = NULL;

	(void)state;
	if (!scratch) {
		print_message("rpmbuild is not installed\n");
		skip();
	}
	rpm = fixture_build(scratch, &foo);
	assert_non_null(rpm);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct inspect_room room = cases[i].room;
		auto_error struct error error = { 0 };
		int takes = 0, r;

		while ((r = inspect(rpm, &room, &error)) == 0)
			takes++;
		if (r != -EBADMSG || !strstr(error.why, "together with the packages") ||
		    takes != cases[i].takes || room.bytes != cases[i].left.bytes ||
		    room.files != cases[i].left.files)
			fail_msg("%s: %d packages, then %d %s", cases[i].label, takes, r,
				 error.why);
	}
	fixture_remove(scratch);
	free(scratch);
}

static void a_run_starts_with_room_for_the_largest_packages(void **state)
{
	const struct inspect_room room = INSPECT_ROOM;

	(void)state;
	assert_true(room.bytes >= RPM_UNPACKED_MAX);
	assert_true(room.files >= PAYLOAD_FILES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_packages_together_are_bounded),
		cmocka_unit_test(a_run_starts_with_room_for_the_largest_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
