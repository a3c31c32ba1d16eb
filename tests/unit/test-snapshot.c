/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hardware/snapshot.h"

static int read_text(const char *text, size_t size, struct device_list *list, struct error *error)
{
	/* An exact copy, so that the sanitizer sees a step over the end. */
	auto_bytes struct bytes bytes = { .data = malloc(size + 1), .size = size };

	assert_non_null(bytes.data);
	memcpy(bytes.data, text, size);
	bytes.data[size] = '\0';
	return snapshot_read(&bytes, "snap", list, error);
}

static void spell_device(const struct device *device, FILE *out)
{
	fprintf(out, "%s[%s]", device->path ? device->path : "-",
		device->driver_known ? device->driver ? device->driver : "none" : "?");
	for (size_t k = 0; k < device->modaliases.count; k++)
		fprintf(out, "%s%s", k ? "+" : "", device->modaliases.items[k]);
	if (device->name)
		fprintf(out, "(%s)", device->name);
}

/* What TEXT holds, as "path[driver]alias+alias(name) ... !diagnostic", or "error N: why". Owned. */
static char *read_and_spell(const char *text, size_t size)
{
	auto_device_list struct device_list list = { 0 };
	auto_error struct error error = { 0 };
	auto_file FILE *out = NULL;
	char *spelled = NULL;
	size_t length = 0;
	int r = read_text(text, size, &list, &error);

	out = open_memstream(&spelled, &length);
	assert_non_null(out);
	if (r < 0) {
		fprintf(out, "error: %s", error.why ? error.why : "none given");
	} else {
		assert_int_equal(device_list_finish(&list), 0);
		for (size_t i = 0; i < list.count; i++) {
			fputs(i ? " " : "", out);
			spell_device(&list.items[i], out);
		}
		if (list.arch)
			fprintf(out, " @%s", list.arch);
		for (size_t i = 0; i < list.diagnostics.count; i++)
			fprintf(out, " !%s", list.diagnostics.items[i].id);
	}
	fclose(take(out));
	return spelled;
}

struct row {
	const char *label, *text, *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_free char *got = read_and_spell(rows[i].text, strlen(rows[i].text));

		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s:\n got      %s\n expected %s", rows[i].label, got,
				 rows[i].expected);
	}
}

static void plain_lists_are_read(void **state)
{
	static const struct row rows[] = {
		{ "two lines", "pci:v1\nusb:v2\n", "-[?]pci:v1 -[?]usb:v2" },
		{ "no last line end", "pci:v1", "-[?]pci:v1" },
		{ "comments and blanks", "# x\n\npci:v1\n#\n", "-[?]pci:v1" },
		{ "the same line twice", "pci:v1\npci:v1\n", "-[?]pci:v1" },
		{ "DOS line ends", "pci:v1\r\nusb:v2\r\n", "-[?]pci:v1 -[?]usb:v2" },
		{ "byte order mark", "\xef\xbb\xbfpci:v1\n", "-[?]pci:v1" },
		{ "a bus of one letter", "P:x\n", "-[?]P:x" },
		{ "empty", "", "" },
		{ "only comments", "# nothing\n\n", "" },
		{ "one bad line", "pci:v1\nrubbish\n", "-[?]pci:v1 !malformed-modalias" },
		{ "bad lines only", "rubbish\nmore\n", "error: no line of it is a modalias" },
		{ "old pci", "pci:v1i8a\n", "-[?]pci:v1i8A" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void own_snapshots_are_read(void **state)
{
	static const struct row rows[] = {
		{ "whole",
		  "{\"format\":1,\"tool\":\"x\",\"arch\":\"s390x\",\"devices\":[{\"path\":\"/"
		  "devices/a\","
		  "\"bus\":\"ccw\",\"modaliases\":[\"ccw:t1\",\"css:t0\"],\"name\":\"N\","
		  "\"driver\":\"d\"}]}",
		  "/devices/a[d]ccw:t1+css:t0(N) @s390x" },
		{ "null driver",
		  "{\"format\":1,\"devices\":[{\"path\":\"/d\",\"modaliases\":[\"a:b\"],"
		  "\"driver\":null}]}",
		  "/d[none]a:b" },
		{ "absent driver, null path",
		  "{\"format\":1,\"devices\":[{\"path\":null,\"modaliases\":[\"a:b\"]}]}",
		  "-[?]a:b" },
		{ "unknown keys",
		  "\n {\"format\":1,\"new\":{},\"devices\":[{\"modaliases\":[\"a:b\"],"
		  "\"new\":[]}]}",
		  "-[?]a:b" },
		{ "no devices", "{\"format\":1,\"devices\":[]}", "" },
		{ "a path that climbs",
		  "{\"format\":1,\"devices\":[{\"path\":\"/a/../b\",\"modaliases\":[\"a:b\"]}]}",
		  "-[?]a:b !malformed-path" },
		{ "bad aliases",
		  "{\"format\":1,\"devices\":[{\"modaliases\":[1,\"x\",\"a:b\",null]}]}",
		  "-[?]a:b !malformed-modalias !malformed-modalias !malformed-modalias" },
		{ "wrong types",
		  "{\"format\":1,\"arch\":7,\"devices\":[3,null,[],{\"path\":1,\"modaliases\":{}}]"
		  "}",
		  "" },
		{ "cut", "{\"format\":1,\"devices\":[",
		  "error: it begins like a snapshot but is no valid JSON" },
		{ "another format", "{\"format\":2,\"devices\":[]}",
		  "error: it is a snapshot of another format than 1" },
		{ "another JSON", "{\"a\":1}",
		  "error: it is JSON, but no snapshot: it has no 'format'" },
		{ "no list", "{\"format\":1}", "error: the snapshot has no list of 'devices'" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void udevadm_exports_are_read(void **state)
{
	static const struct row rows[] = {
		{ "two devices",
		  "P: /devices/a\nL: 0\nN: x\nS: disk/y\nE: DRIVER=nvme\nE: MODALIAS=pci:v1\n\n"
		  "P: /devices/b\nM: b\nR: 2\nE: SUBSYSTEM=usb\nE: MODALIAS=usb:v2\n",
		  "/devices/a[nvme]pci:v1 /devices/b[none]usb:v2" },
		{ "names",
		  "P: /devices/a\nE: MODALIAS=pci:v1\nE: ID_MODEL_FROM_DATABASE=M x\n"
		  "E: ID_VENDOR_FROM_DATABASE=V\n\nP: /devices/b\nE: MODALIAS=pci:v2\n"
		  "E: ID_VENDOR_FROM_DATABASE=V\n",
		  "/devices/a[none]pci:v1(V M x) /devices/b[none]pci:v2" },
		{ "no modalias, no device", "P: /devices/a\nE: DRIVER=usb\n", "" },
		{ "a blank in the path",
		  "P: /devices/platform/Fixed MDIO bus.0\nE: MODALIAS=platform:Fixed MDIO bus\n",
		  "/devices/platform/Fixed MDIO bus.0[none]platform:Fixed MDIO bus" },
		{ "longer and shorter keys",
		  "P: /devices/a\nE: XMODALIAS=pci:v1\nE: MODALIA=pci:v2\nE: MODALIASX=pci:v3\n",
		  "" },
		{ "a broken line", "P: /devices/a\nMODALIAS=pci:v9\nE: MODALIAS=pci:v1\n",
		  "/devices/a[none]pci:v1 !malformed-line" },
		{ "an empty alias", "P: /devices/a\nE: MODALIAS=\nE: MODALIAS=pci:v1\n",
		  "/devices/a[none]pci:v1 !malformed-modalias" },
		{ "nothing before a path", "E: MODALIAS=pci:v1\nE: DRIVER=d\n",
		  "error: it has records but no device path" },
		{ "a front cut off", "E: MODALIAS=pci:v1\n\nP: /devices/b\nE: MODALIAS=pci:v2\n",
		  "/devices/b[none]pci:v2 !malformed-line" },
		{ "a path that climbs keeps nothing",
		  "P: /devices/a\nE: MODALIAS=pci:v1\n\nP: /devices/../x\nE: MODALIAS=pci:v2\n",
		  "/devices/a[none]pci:v1 !malformed-path" },
		{ "the same device twice",
		  "P: /devices/a\nE: MODALIAS=of:x\n\nP: /devices/a\nE: MODALIAS=pci:v2\n",
		  "/devices/a[none]of:x+pci:v2" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void umockdev_recordings_are_read(void **state)
{
	static const struct row rows[] = {
		{ "attribute and link",
		  "# umockdev\nP: /devices/a\nE: SUBSYSTEM=usb\nA: modalias=usb:v1\\n\n"
		  "H: descriptors=1201\nL: driver=../../bus/usb/drivers/usbhid\n",
		  "/devices/a[usbhid]usb:v1" },
		{ "two lines in one attribute", "P: /devices/a\nA: modalias=acpi:X:\\nof:Ny\\n\n",
		  "/devices/a[?]acpi:X:+of:Ny" },
		{ "escapes", "P: /devices/a\nA: modalias=a:\\101\\\\x\n", "/devices/a[?]a:A\\x" },
		{ "an escape cut short", "P: /devices/a\nA: modalias=a:b\\", "/devices/a[?]a:b\\" },
		{ "an escaped NUL", "P: /devices/a\nA: modalias=a:b\\0c\\n\nE: MODALIAS=a:d\n",
		  "/devices/a[none]a:d !malformed-modalias" },
		{ "other links and attributes",
		  "P: /devices/a\nA: modalias=a:b\\n\nA: driver_override=(null)\\n\nL: "
		  "subsystem=../usb\n",
		  "/devices/a[?]a:b" },
		{ "a link without a folder", "P: /devices/a\nA: modalias=a:b\nL: driver=usb\n",
		  "/devices/a[usb]a:b" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_nul_byte_makes_it_garbage(void **state)
{
	static const char text[] = "pci:v1\n\0pci:v2\n";
	auto_free char *got = read_and_spell(text, sizeof(text) - 1);

	(void)state;
	assert_string_equal(got, "error: it is no text");
}

static void the_error_names_what_was_read_and_what_to_give(void **state)
{
	auto_device_list struct device_list list = { 0 };
	auto_error struct error error = { 0 };
	auto_free char *sentence = NULL;

	(void)state;
	assert_int_equal(read_text("rubbish", 7, &list, &error), -EBADMSG);
	sentence = error_sentence(&error);
	assert_non_null(strstr(sentence, "cannot read the hardware from 'snap': no line of it"));
	assert_non_null(strstr(sentence, "; give "));
}

static void any_cut_of_a_snapshot_is_read_or_refused(void **state)
{
	static const char *const texts[] = {
		"# x\npci:v00008086d000010D3sv00008086\r\nusb:v1\n",
		"{\"format\":1,\"arch\":\"a\",\"devices\":[{\"path\":\"/d/e\",\"modaliases\":"
		"[\"acpi:X:\"],\"name\":null,\"driver\":null}]}\n",
		"P: /devices/a\nE: DRIVER=b\nE: MODALIAS=c:d\nE: ID_MODEL_FROM_DATABASE=m\n"
		"A: modalias=c:\\101\\n\\\\\\tx\nL: driver=../x/y\n\nP: /devices/b\nA: "
		"modalias=x:y\\n\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t size = 0; size <= strlen(texts[i]); size++) {
			auto_device_list struct device_list list = { 0 };
			auto_error struct error error = { 0 };
			int r = read_text(texts[i], size, &list, &error);

			if (r != 0 && (r != -EBADMSG || !error.what))
				fail_msg("text %zu cut to %zu bytes: %d", i, size, r);
			assert_int_equal(device_list_finish(&list), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_lists_are_read),
		cmocka_unit_test(own_snapshots_are_read),
		cmocka_unit_test(udevadm_exports_are_read),
		cmocka_unit_test(umockdev_recordings_are_read),
		cmocka_unit_test(a_nul_byte_makes_it_garbage),
		cmocka_unit_test(the_error_names_what_was_read_and_what_to_give),
		cmocka_unit_test(any_cut_of_a_snapshot_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
