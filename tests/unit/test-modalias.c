/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hardware/modalias.h"

static void real_aliases_stay_as_they_are(void **state)
{
	static const char *const aliases[] = {
		"pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00",
		"usb:v1D6Bp0002d0504dc09dsc00dp01ic09isc00ip00in00",
		"acpi:PNP0A08:PNP0A03:",
		"of:NmmcT(null)Crockchip,rk3399-dw-mshc",
		"of:NPRP0001T<NULL>Chid-over-i2c",
		"platform:Fixed MDIO bus",
		"scsi:t-0x0d",
		"dmi:bvnDellInc.:bvr2.2.3:",
		"mei:pavp:fbf6fcf1-96cf-4e2e-a6a6-1bab8cbe36b1:02:",
		"css:t0",
		"x86cpu:vendor:0000:family:0006:model:003C:feature:,0000,0001",
		"platform:caf\xc3\xa9",
		"a:b",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(aliases); i++) {
		auto_free char *modalias = NULL;
		int r = modalias_parse(aliases[i], strlen(aliases[i]), &modalias);

		if (r != 0 || strcmp(modalias, aliases[i]) != 0)
			fail_msg("%s: %d, %s", aliases[i], r, modalias ? modalias : "nothing");
	}
}

static void only_the_last_field_of_pci_is_raised(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "pci:v00008086d000027C0sv0000103Csd00003666bc01sc01i8a",
		  "pci:v00008086d000027C0sv0000103Csd00003666bc01sc01i8A" },
		{ "pci:v0000aaaad000027C0sv0000103Csd00003666bc01sc01ifa",
		  "pci:v0000aaaad000027C0sv0000103Csd00003666bc01sc01iFA" },
		{ "pci:v00008086d000027C0bc01sc01", "pci:v00008086d000027C0bc01sc01" },
		{ "usb:v0bdap8153i8a", "usb:v0bdap8153i8a" },
		{ "pci:ab", "pci:ab" },
		{ "pci:i8g", "pci:i8g" },
		{ "pcix:i8a", "pcix:i8a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *modalias = NULL;

		assert_int_equal(modalias_parse(rows[i].from, strlen(rows[i].from), &modalias), 0);
		if (strcmp(modalias, rows[i].to) != 0)
			fail_msg("%s became %s", rows[i].from, modalias);
	}
}

static void what_is_no_modalias_is_refused_and_nothing_written(void **state)
{
	static const char c1_control[] = "usb:\xc2\x9b[31m";
	static const char *const malformed[] = {
		"",         "pci",      "pci:",     ":v00008086", "a b:c",
		" pci:v1",  "P/Q:r",    "pci:v1\r", "pci:v1\n",   "pci:v\x1b[31m",
		"pci:\x7f", "pci:\xff", "pci:\xc3", c1_control,   "\xc3\xa9:x",
	};
	char untouched[] = "untouched";

	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		char *modalias = untouched;
		int r = modalias_parse(malformed[i], strlen(malformed[i]), &modalias);

		if (r != -EINVAL || modalias != untouched)
			fail_msg("row %zu '%s': %d", i, malformed[i], r);
	}
}

static void a_nul_byte_inside_is_refused(void **state)
{
	char *modalias = NULL;

	(void)state;
	assert_int_equal(modalias_parse("pci:v\0x", 7, &modalias), -EINVAL);
	assert_null(modalias);
}

static void the_length_has_a_limit_and_only_length_bytes_are_read(void **state)
{
	auto_free char *long_text = malloc(MODALIAS_MAX + 1);
	auto_free char *modalias = NULL;
	auto_free char *start = NULL;
	char *none = NULL;

	(void)state;
	assert_non_null(long_text);
	memset(long_text, 'a', MODALIAS_MAX + 1);
	long_text[3] = ':';
	assert_int_equal(modalias_parse(long_text, MODALIAS_MAX, &modalias), 0);
	assert_int_equal(strlen(modalias), MODALIAS_MAX);
	assert_int_equal(modalias_parse(long_text, MODALIAS_MAX + 1, &none), -E2BIG);
	assert_null(none);
	assert_int_equal(modalias_parse("usb:v1p2and more", 8, &start), 0);
	assert_string_equal(start, "usb:v1p2");
}

static void the_bus_is_what_stands_before_the_first_colon(void **state)
{
	auto_free char *bus = modalias_bus("acpi:PNP0A08:PNP0A03:");

	(void)state;
	assert_string_equal(bus, "acpi");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_aliases_stay_as_they_are),
		cmocka_unit_test(only_the_last_field_of_pci_is_raised),
		cmocka_unit_test(what_is_no_modalias_is_refused_and_nothing_written),
		cmocka_unit_test(a_nul_byte_inside_is_refused),
		cmocka_unit_test(the_length_has_a_limit_and_only_length_bytes_are_read),
		cmocka_unit_test(the_bus_is_what_stands_before_the_first_colon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
