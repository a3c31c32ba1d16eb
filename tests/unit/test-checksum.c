/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/checksum.h"

#define SIZE_TRIED 200

static void every_flipped_bit_changes_it(void **state)
{
	uint8_t data[SIZE_TRIED];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t size = 1; size <= sizeof(data); size++) {
		uint64_t sum = checksum(data, size);

		for (size_t bit = 0; bit < size * 8; bit++) {
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_not_equal(checksum(data, size), sum);
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_int_equal(checksum(data, size), sum);
	}
}

static void zeros_of_every_length_differ(void **state)
{
	static const uint8_t zeros[SIZE_TRIED];
	uint64_t sums[SIZE_TRIED + 1];

	(void)state;
	for (size_t i = 0; i <= sizeof(zeros); i++) {
		sums[i] = checksum(zeros, i);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(sums[i], sums[j]);
	}
}

static void what_is_swapped_changes_it(void **state)
{
	uint8_t data[SIZE_TRIED], swapped[SIZE_TRIED];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (size_t i = 0; i + 8 < sizeof(data); i++) {
		memcpy(swapped, data, sizeof(data));
		swapped[i] = data[i + 8];
		swapped[i + 8] = data[i];
		assert_int_not_equal(checksum(swapped, sizeof(data)), checksum(data, sizeof(data)));
	}
}

static void it_does_not_depend_on_where_the_bytes_lie(void **state)
{
	_Alignas(8) uint8_t room[SIZE_TRIED + 8];
	uint64_t sum = 0;

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		for (size_t i = 0; i < SIZE_TRIED; i++)
			room[at + i] = (uint8_t)(i * 13);
		if (at == 0)
			sum = checksum(room, SIZE_TRIED);
		assert_int_equal(checksum(room + at, SIZE_TRIED), sum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flipped_bit_changes_it),
		cmocka_unit_test(zeros_of_every_length_differ),
		cmocka_unit_test(what_is_swapped_changes_it),
		cmocka_unit_test(it_does_not_depend_on_where_the_bytes_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
