/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "kernel/enforcement.h"
#include "scratch.h"

#define RELEASE  "6.4.0-1-default"
#define CONFIG   "boot/config-" RELEASE
#define SIG      "#\nCONFIG_MODULES=y\nCONFIG_MODULE_SIG=y\nCONFIG_SECURITY_LOCKDOWN_LSM=y\n"
#define LOCKED   "sys/kernel/security/lockdown"
#define ENFORCE  "sys/module/module/parameters/sig_enforce"
#define MODPROBE "10-unsupported-modules.conf"

struct place {
	const char *path, *text;
};

/* Of files below a root of their own. */
static struct enforcement find(const struct place *places, size_t count, bool running)
{
	struct enforcement found = { 0 };
	struct scratch scratch;

	scratch_make(&scratch);
	for (size_t i = 0; i < count && places[i].path; i++)
		scratch_write(&scratch, places[i].path, places[i].text);
	assert_int_equal(enforcement_find(scratch.fd, RELEASE, running, &found), 0);
	scratch_remove(&scratch);
	return found;
}

static void signatures_are_asked_for_where_something_says_so(void **state)
{
	static const struct {
		const char *label;
		struct place places[3];
		bool elsewhere; /* it is not the kernel that runs */
		enum answer expected;
	} cases[] = {
		{ "nothing is known", { { NULL, NULL } }, false, ANSWER_UNKNOWN },
		{ "a kernel without signatures",
		  { { CONFIG, "#\nCONFIG_MODULES=y\n" } },
		  true,
		  ANSWER_NO },
		{ "built to enforce",
		  { { CONFIG, SIG "CONFIG_MODULE_SIG_FORCE=y\n" } },
		  true,
		  ANSWER_YES },
		{ "what the command line of another kernel will be",
		  { { CONFIG, SIG } },
		  true,
		  ANSWER_UNKNOWN },
		{ "the switch is on",
		  { { ENFORCE, "Y\n" }, { LOCKED, "[none] integrity\n" } },
		  false,
		  ANSWER_YES },
		{ "both are off",
		  { { ENFORCE, "N\n" }, { LOCKED, "[none] integrity\n" } },
		  false,
		  ANSWER_NO },
		{ "lockdown is not known", { { ENFORCE, "N\n" } }, false, ANSWER_UNKNOWN },
		{ "integrity",
		  { { ENFORCE, "N\n" }, { LOCKED, "none [integrity] confidentiality\n" } },
		  false,
		  ANSWER_YES },
		{ "confidentiality",
		  { { LOCKED, "none integrity [confidentiality]\n" } },
		  false,
		  ANSWER_YES },
		{ "a lockdown that nobody knows",
		  { { ENFORCE, "N\n" }, { LOCKED, "[full]\n" } },
		  false,
		  ANSWER_UNKNOWN },
		{ "no lockdown in the kernel",
		  { { CONFIG, "#\nCONFIG_MODULES=y\nCONFIG_MODULE_SIG=y\n" }, { ENFORCE, "N\n" } },
		  false,
		  ANSWER_NO },
		{ "on the command line",
		  { { "proc/cmdline", "quiet module.sig_enforce=1\n" } },
		  false,
		  ANSWER_YES },
		{ "without a value",
		  { { "proc/cmdline", "module.sig_enforce\n" } },
		  false,
		  ANSWER_YES },
		{ "another parameter",
		  { { "proc/cmdline", "module.sig_enforcer=1\n" } },
		  false,
		  ANSWER_UNKNOWN },
		{ "switched off there",
		  { { "proc/cmdline", "module.sig_enforce=0\n" } },
		  false,
		  ANSWER_UNKNOWN },
		{ "lockdown on the command line",
		  { { "proc/cmdline", "a lockdown=integrity b" } },
		  false,
		  ANSWER_YES },
		{ "this machine, about another kernel",
		  { { ENFORCE, "Y\n" }, { "proc/cmdline", "lockdown=integrity\n" } },
		  true,
		  ANSWER_UNKNOWN },
		{ "an empty file", { { ENFORCE, "" }, { LOCKED, "" } }, false, ANSWER_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct enforcement found = find(cases[i].places, 3, !cases[i].elsewhere);

		if (enforcement_asks_signature(&found) != cases[i].expected)
			fail_msg("%s: %d", cases[i].label, enforcement_asks_signature(&found));
	}
}

static void support_is_asked_for_on_sle_alone(void **state)
{
#define SLE "#\nCONFIG_MODULES=y\nCONFIG_SUSE_KERNEL_SUPPORTED=y\n"
	static const struct {
		const char *label;
		struct place places[3];
		enum answer expected;
	} cases[] = {
		{ "SLE as it comes",
		  { { CONFIG, SLE },
		    { "lib/modprobe.d/" MODPROBE, "allow_unsupported_modules 0\n" } },
		  ANSWER_YES },
		{ "openSUSE",
		  { { CONFIG, "#\nCONFIG_MODULES=y\n" },
		    { "usr/lib/modprobe.d/" MODPROBE, "allow_unsupported_modules 0\n" } },
		  ANSWER_NO },
		{ "a kernel of which nothing is known",
		  { { "lib/modprobe.d/" MODPROBE, "allow_unsupported_modules 0\n" } },
		  ANSWER_UNKNOWN },
		{ "allowed by the owner, who masks the file",
		  { { CONFIG, SLE },
		    { "lib/modprobe.d/" MODPROBE, "allow_unsupported_modules 0\n" },
		    { "etc/modprobe.d/" MODPROBE, "allow_unsupported_modules 1\n" } },
		  ANSWER_NO },
		{ "masked by an empty file",
		  { { CONFIG, SLE },
		    { "lib/modprobe.d/" MODPROBE, "allow_unsupported_modules 0\n" },
		    { "run/modprobe.d/" MODPROBE, "" } },
		  ANSWER_NO },
		{ "a file that comes later by its name, though its folder does not",
		  { { CONFIG, SLE },
		    { "etc/modprobe.d/10-a.conf", "allow_unsupported_modules 1\n" },
		    { "lib/modprobe.d/20-b.conf", "allow_unsupported_modules 0\n" } },
		  ANSWER_YES },
		{ "in words",
		  { { CONFIG, SLE },
		    { "etc/modprobe.d/a.conf", " allow_unsupported_modules\tno\n" } },
		  ANSWER_YES },
		{ "a comment",
		  { { CONFIG, SLE },
		    { "etc/modprobe.d/a.conf", "# allow_unsupported_modules 0\n" } },
		  ANSWER_NO },
		{ "no file that modprobe reads",
		  { { CONFIG, SLE },
		    { "etc/modprobe.d/a.conf.bak", "allow_unsupported_modules 0\n" } },
		  ANSWER_NO },
		{ "the kernel itself", { { "proc/sys/kernel/unsupported", "0\n" } }, ANSWER_YES },
		{ "the kernel warns", { { "proc/sys/kernel/unsupported", "1\n" } }, ANSWER_NO },
		{ "by its command line",
		  { { CONFIG, SLE }, { "proc/cmdline", "unsupported=0\n" } },
		  ANSWER_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct enforcement found = find(cases[i].places, 3, true);

		if (enforcement_asks_support(&found) != cases[i].expected)
			fail_msg("%s: %d", cases[i].label, enforcement_asks_support(&found));
	}
}

static void secure_boot_is_the_fifth_byte_of_its_variable(void **state)
{
	static const char path[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	static const struct place on = { path, "\6aaa\1" }, cut = { path, "\6aaa" };

	(void)state;
	assert_int_equal(find(&on, 1, true).secure_boot, ANSWER_YES);
	assert_int_equal(find(&on, 1, false).secure_boot, ANSWER_UNKNOWN);
	assert_int_equal(find(&cut, 1, true).secure_boot, ANSWER_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_asked_for_where_something_says_so),
		cmocka_unit_test(support_is_asked_for_on_sle_alone),
		cmocka_unit_test(secure_boot_is_the_fifth_byte_of_its_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
