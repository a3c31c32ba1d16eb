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
#include "base/text.h"
#include "hardware/config-space.h"

/* Registers that differ from 0, as "at=byte" in hex. */
static struct config_space make_space(const char *registers, size_t size)
{
	struct config_space space = { .size = size };
	const char *at = registers;

	while (*at) {
		char *rest;
		unsigned long where = strtoul(at, &rest, 16);

		assert_true(*rest == '=' && where < CONFIG_SPACE_SIZE);
		space.bytes[where] = (uint8_t)strtoul(rest + 1, &rest, 16);
		at = rest + strspn(rest, " ");
	}
	space.vendor = (uint16_t)(space.bytes[0] | space.bytes[1] << 8);
	space.device = (uint16_t)(space.bytes[2] | space.bytes[3] << 8);
	return space;
}

#define DISK   "0=86 1=80 2=29 3=28 9=1 a=6 b=1 2c=cf 2d=10 2e=15 2f=14 "
#define BRIDGE "0=86 1=80 2=3f 3=28 a=4 b=6 "
#define CARD   "0=17 1=12 2=33 3=71 a=7 b=6 e=2 40=cf 41=10 42=83 43=11 "

static void the_alias_is_the_one_that_the_kernel_makes(void **state)
{
	static const struct {
		const char *label, *registers;
		size_t size;
		int r;
		bool whole;
		const char *modalias;
	} rows[] = {
		{ "a device", DISK, 256, 0, true,
		  "pci:v00008086d00002829sv000010CFsd00001415bc01sc06i01" },
		{ "of several functions", DISK "e=80", 64, 0, true,
		  "pci:v00008086d00002829sv000010CFsd00001415bc01sc06i01" },
		{ "letters in all fields", "0=da 1=ab 2=cf 3=eb 9=fa a=ef b=ff", 64, 0, true,
		  "pci:v0000ABDAd0000EBCFsv00000000sd00000000bcFFscEFiFA" },
		{ "a device that says it is a bridge has no class", DISK "b=6 a=4", 64, 0, true,
		  "pci:v00008086d00002829sv000010CFsd00001415bc00sc00i00" },
		{ "cut before the subsystem", DISK, 0x2f, 0, false,
		  "pci:v00008086d00002829sv00000000sd00000000bc01sc06i01" },
		{ "cut behind the header's type", DISK, 15, 0, false,
		  "pci:v00008086d00002829sv00000000sd00000000bc01sc06i01" },
		{ "cut before the header's type", DISK, 14, -ENODATA, false, NULL },
		{ "nothing", "", 0, -ENODATA, false, NULL },
		{ "a bridge without capabilities", BRIDGE "e=1 2c=ff 34=50 50=d 54=cf", 64, 0, true,
		  "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge with its subsystem in the second capability",
		  BRIDGE "e=81 6=10 34=40 40=10 41=90 90=d 94=cf 95=10 96=16 97=14", 256, 0, true,
		  "pci:v00008086d0000283Fsv000010CFsd00001416bc06sc04i00" },
		{ "a bridge that does not say it", BRIDGE "e=1 6=10 34=40 40=10 41=0", 256, 0, true,
		  "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge whose capabilities are not known", BRIDGE "e=1 6=10 34=40", 64, 0,
		  false, "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge whose list is a loop", BRIDGE "e=1 6=10 34=40 40=10 41=42", 256, 0,
		  true, "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge whose list leads to its last register",
		  BRIDGE "e=1 6=10 34=ff fc=d fd=1 fe=2 ff=3", 256, 0, false,
		  "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge with a capability that does not answer",
		  BRIDGE "e=1 6=10 34=40 40=ff 41=90 90=d 94=cf", 256, 0, true,
		  "pci:v00008086d0000283Fsv00000000sd00000000bc06sc04i00" },
		{ "a bridge that says it is another", BRIDGE "e=1 a=9 9=3", 256, 0, true,
		  "pci:v00008086d0000283Fsv00000000sd00000000bc06sc09i03" },
		{ "a CardBus bridge", CARD, 256, 0, true,
		  "pci:v00001217d00007133sv000010CFsd00001183bc06sc07i00" },
		{ "a CardBus bridge of which 64 bytes are known", CARD, 64, 0, false,
		  "pci:v00001217d00007133sv00000000sd00000000bc06sc07i00" },
		{ "a CardBus bridge of another class", CARD "a=4 9=1", 256, 0, true,
		  "pci:v00001217d00007133sv000010CFsd00001183bc00sc00i00" },
		{ "a header that nobody knows", DISK "e=3", 256, -ENODEV, false, NULL },
		{ "an empty slot", "0=ff 1=ff 2=ff 3=ff", 256, -ENODEV, false, NULL },
		{ "a slot of zeros", "", 256, -ENODEV, false, NULL },
		{ "half an answer", "0=ff 1=ff", 256, -ENODEV, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_space space = make_space(rows[i].registers, rows[i].size);
		auto_free char *modalias = NULL;
		bool whole = false;
		int r = config_space_modalias(&space, &modalias, &whole);

		if (r != rows[i].r || !text_equal(modalias, rows[i].modalias) ||
		    whole != rows[i].whole)
			fail_msg("%s: %d, %s, %s", rows[i].label, r, modalias ? modalias : "none",
				 whole ? "whole" : "not whole");
	}
}

/* The registers of a virtual function do not say whose it is, but its kernel does. */
static void the_ids_known_apart_count(void **state)
{
	struct config_space space = make_space("0=ff 1=ff 2=ff 3=ff b=2 2c=86 2d=80 2e=1", 256);
	auto_free char *modalias = NULL;
	bool whole = false;

	(void)state;
	space.vendor = 0x8086;
	space.device = 0x154c;
	assert_int_equal(config_space_modalias(&space, &modalias, &whole), 0);
	assert_string_equal(modalias, "pci:v00008086d0000154Csv00008086sd00000001bc02sc00i00");
}

/* Whatever is cut off, what is said does not contradict what was said with less. */
static void every_length_is_read_or_refused(void **state)
{
	static const char *const samples[] = {
		DISK, CARD, BRIDGE "e=1 6=10 34=40 40=10 41=90 90=d 94=cf 95=10 96=16 97=14"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		bool was_whole = false;

		for (size_t size = 0; size <= CONFIG_SPACE_SIZE; size++) {
			struct config_space space = make_space(samples[i], size);
			auto_free char *modalias = NULL;
			bool whole = false;
			int r = config_space_modalias(&space, &modalias, &whole);

			assert_int_equal(r, size < 15 ? -ENODATA : 0);
			assert_true(whole >= was_whole);
			was_whole = whole;
		}
		assert_true(was_whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alias_is_the_one_that_the_kernel_makes),
		cmocka_unit_test(the_ids_known_apart_count),
		cmocka_unit_test(every_length_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
