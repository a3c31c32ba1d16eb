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
#include "base/decompress.h"
#include "base/text.h"
#include "packers.h"

#define LIMIT ((size_t)1 << 22)

static const struct {
	const char *label;
	void (*append)(struct bytes *to, const void *data, size_t size);
	size_t magic_size;
	bool checked; /* carries a sum of its content */
} packers[] = {
	{ "plain", append, 0, false },
	{ "gzip", append_gzip, 2, true },
	{ "xz", append_xz, 6, true },
	{ "zstd", append_zstd, 4, true },
	{ "zstd without a sum", append_zstd_unchecked, 4, false },
};

#define GZIP 1
#define XZ   2
#define ZSTD 3

/* LINES lines of which some compress well and some do not. */
static void make_sample(struct bytes *ret, unsigned int lines)
{
	uint32_t noise = 1;

	append(ret, "", 0);
	for (unsigned int i = 0; i < lines; i++) {
		auto_free char *line = NULL;

		noise = noise * 1664525 + 1013904223;
		line = text_format("alias pci:v%08Xd%08Xsv*sd*bc*sc*i* driver%u\n", noise,
				   noise ^ i, i % 7);
		append(ret, line, strlen(line));
	}
}

static int read_stream(const struct bytes *from, size_t max, size_t piece, struct bytes *ret)
{
	auto_file FILE *file = NULL;
	auto_free char *buffer = malloc(piece);
	int r = decompress_stream(from, max, &file), c;

	if (r < 0)
		return r;
	assert_int_equal(setvbuf(file, buffer, _IOFBF, piece), 0);
	append(ret, "", 0);
	errno = 0;
	while ((c = fgetc(file)) != EOF) {
		/* Full at each power of two. */
		if ((ret->size & (ret->size - 1)) == 0)
			ret->data = realloc(ret->data, 2 * ret->size + 2);
		assert_non_null(ret->data);
		ret->data[ret->size++] = (uint8_t)c;
	}
	ret->data[ret->size] = '\0';
	return ferror(file) ? -errno : 0;
}

/* What a reader gives at a time of what it has. */
struct reader {
	const struct bytes *from;
	size_t offset, piece;
};

static ssize_t read_piece(void *context, void *to, size_t size)
{
	struct reader *reader = context;
	size_t left = reader->from->size - reader->offset;

	size = size < reader->piece ? size : reader->piece;
	size = size < left ? size : left;
	if (size)
		memcpy(to, reader->from->data + reader->offset, size);
	reader->offset += size;
	return (ssize_t)size;
}

static int read_pieces(const struct bytes *from, size_t max, size_t piece, struct bytes *ret)
{
	auto_decompressor struct decompressor *decompressor = NULL;
	struct reader reader = { from, 0, piece };
	char buffer[1000];
	int r = decompressor_new(read_piece, &reader, max, &decompressor);
	ssize_t got = 0;

	append(ret, "", 0);
	while (r == 0 && (got = decompressor_read(decompressor, buffer, sizeof(buffer))) > 0)
		append(ret, buffer, (size_t)got);
	return r < 0 ? r : (int)got;
}

/* What all ways say of FROM, after a check that they agree; *RET is empty on failure. */
static int unpack(const char *label, const struct bytes *from, size_t max, struct bytes *ret)
{
	static const struct {
		size_t piece;
		int (*read)(const struct bytes *from, size_t max, size_t piece, struct bytes *ret);
	} ways[] = {
		{ 1, read_stream },        { 13, read_stream }, { 4096, read_stream },
		{ 1, read_pieces },        { 13, read_pieces }, { 4096, read_pieces },
		{ 1U << 20, read_pieces },
	};
	int r = decompress_bytes(from, max, ret);

	for (size_t i = 0; i < COUNT(ways); i++) {
		auto_bytes struct bytes streamed = { 0 };
		int s = ways[i].read(from, max, ways[i].piece, &streamed);

		if (s != r)
			fail_msg("%s: %d at once, %d as a stream", label, r, s);
		if (streamed.size > max)
			fail_msg("%s: the stream goes beyond its limit", label);
		if (r == 0 && (streamed.size != ret->size ||
			       memcmp(streamed.data, ret->data, ret->size) != 0))
			fail_msg("%s: the stream gives other bytes", label);
	}
	if (r < 0)
		assert_null(ret->data);
	else
		assert_int_equal(ret->data[ret->size], 0);
	return r;
}

static void check_unpacks(const char *label, const struct bytes *from, const void *data,
			  size_t size)
{
	auto_bytes struct bytes back = { 0 };
	int r = unpack(label, from, LIMIT, &back);

	if (r != 0)
		fail_msg("%s: got %d", label, r);
	if (back.size != size || memcmp(back.data, data, size) != 0)
		fail_msg("%s: %zu bytes, not the same %zu", label, back.size, size);
}

static void check_refused(const char *label, const struct bytes *from, int wanted)
{
	auto_bytes struct bytes back = { 0 };
	int r = unpack(label, from, LIMIT, &back);

	if (r != wanted)
		fail_msg("%s: got %d, not %d", label, r, wanted);
}

static void what_was_packed_comes_back(void **state)
{
	static const unsigned int lines[] = { 0, 1, 80, 3000 };

	(void)state;
	for (size_t i = 0; i < COUNT(packers); i++)
		for (size_t j = 0; j < COUNT(lines); j++) {
			auto_bytes struct bytes sample = { 0 }, packed = { 0 };

			make_sample(&sample, lines[j]);
			packers[i].append(&packed, sample.data, sample.size);
			check_unpacks(packers[i].label, &packed, sample.data, sample.size);
		}
}

static void nothing_at_all_is_an_empty_text(void **state)
{
	const struct bytes nothing = { 0 };

	(void)state;
	check_unpacks("no bytes", &nothing, "", 0);
}

static void what_has_no_magic_passes_as_it_is(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} cases[] = {
		{ "\x1f", 1 },
		{ "\x1f\x8c", 2 },
		{ "\xfd"
		  "7zXZ",
		  5 },
		{ "\xfd"
		  "7zXZ\x01",
		  6 },
		{ "\x28\xb5\x2f", 3 },
		{ "\x28\xb5\x2f\xfc", 4 },
		{ "BZh9", 4 },
		{ "\0\0\0", 3 },
		{ " \x1f\x8b\x08", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes bytes = { 0 };

		append(&bytes, cases[i].text, cases[i].size);
		check_unpacks(cases[i].text, &bytes, cases[i].text, cases[i].size);
	}
}

static void several_members_in_a_row_are_one_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packers); i++) {
		auto_bytes struct bytes sample = { 0 }, packed = { 0 }, whole = { 0 };

		make_sample(&sample, 40);
		for (size_t member = 0; member < 5; member++) {
			/* Empty ones among them. */
			size_t size = member % 2 ? 0 : sample.size - member;

			packers[i].append(&packed, sample.data, size);
			append(&whole, sample.data, size);
		}
		check_unpacks(packers[i].label, &packed, whole.data, whole.size);
	}
}

static void a_skippable_frame_is_no_text(void **state)
{
	static const uint8_t skippable[] = { 0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'x', 'y', 'z' };
	auto_bytes struct bytes packed = { 0 };

	(void)state;
	append_zstd(&packed, "one", 3);
	append(&packed, skippable, sizeof(skippable));
	append_zstd(&packed, "two", 3);
	check_unpacks("between frames", &packed, "onetwo", 6);
	append(&packed, skippable, sizeof(skippable));
	check_unpacks("at the end", &packed, "onetwo", 6);
	for (size_t cut = 1; cut < sizeof(skippable); cut++) {
		packed.size--;
		check_refused("a cut frame to skip", &packed, -EBADMSG);
	}
}

static void xz_padding_is_whole_words(void **state)
{
	auto_bytes struct bytes packed = { 0 };

	(void)state;
	append_xz(&packed, "one", 3);
	for (size_t zeros = 1; zeros <= 8; zeros++) {
		append(&packed, "", 1);
		if (zeros % 4 == 0)
			check_unpacks("padding", &packed, "one", 3);
		else
			check_refused("odd padding", &packed, -EBADMSG);
	}
	append_xz(&packed, "two", 3);
	check_unpacks("padding between", &packed, "onetwo", 6);
}

static void a_text_cut_anywhere_is_damaged(void **state)
{
	(void)state;
	for (size_t i = GZIP; i < COUNT(packers); i++) {
		auto_bytes struct bytes sample = { 0 }, packed = { 0 };
		size_t first;

		make_sample(&sample, 12);
		packers[i].append(&packed, sample.data, sample.size);
		first = packed.size;
		packers[i].append(&packed, sample.data, sample.size / 2);
		for (size_t cut = 0; cut < packed.size; cut++) {
			auto_bytes struct bytes part = { 0 };
			auto_free char *label = text_format("%s cut at %zu", packers[i].label, cut);

			append(&part, packed.data, cut);
			if (cut < packers[i].magic_size)
				check_unpacks(label, &part, packed.data, cut);
			else if (cut == first)
				check_unpacks(label, &part, sample.data, sample.size);
			else
				check_refused(label, &part, -EBADMSG);
		}
	}
}

static void what_trails_a_text_is_damage(void **state)
{
	static const struct {
		const char *label, *data;
		size_t size;
	} trails[] = {
		{ "a letter", "x", 1 },
		{ "a line", "a whole line\n", 13 },
		{ "a zero", "\0", 1 },
		{ "five zeros", "\0\0\0\0\0", 5 },
		{ "half a gzip magic", "\x1f", 1 },
	};

	(void)state;
	for (size_t i = GZIP; i < COUNT(packers); i++)
		for (size_t j = 0; j < COUNT(trails); j++) {
			auto_bytes struct bytes packed = { 0 };
			auto_free char *label =
				text_format("%s with %s", packers[i].label, trails[j].label);

			packers[i].append(&packed, "text", 4);
			append(&packed, trails[j].data, trails[j].size);
			check_refused(label, &packed, -EBADMSG);
		}
}

static void one_format_does_not_go_on_as_another(void **state)
{
	(void)state;
	for (size_t i = GZIP; i <= ZSTD; i++)
		for (size_t j = GZIP; j <= ZSTD; j++) {
			auto_bytes struct bytes packed = { 0 };
			auto_free char *label =
				text_format("%s after %s", packers[j].label, packers[i].label);

			packers[i].append(&packed, "one", 3);
			packers[j].append(&packed, "two", 3);
			if (i == j)
				check_unpacks(label, &packed, "onetwo", 6);
			else
				check_refused(label, &packed, -EBADMSG);
		}
}

static void a_flipped_bit_never_makes_another_text(void **state)
{
	(void)state;
	for (size_t i = GZIP; i < COUNT(packers); i++) {
		auto_bytes struct bytes sample = { 0 }, packed = { 0 };

		if (!packers[i].checked)
			continue;
		make_sample(&sample, 12);
		packers[i].append(&packed, sample.data, sample.size);
		for (size_t bit = packers[i].magic_size * 8; bit < packed.size * 8; bit += 3) {
			auto_bytes struct bytes back = { 0 };
			uint8_t mask = (uint8_t)(1 << bit % 8);
			int r;

			packed.data[bit / 8] ^= mask;
			r = decompress_bytes(&packed, LIMIT, &back);
			packed.data[bit / 8] ^= mask;
			if (r == 0 && (back.size != sample.size ||
				       memcmp(back.data, sample.data, back.size) != 0))
				fail_msg("%s: bit %zu makes another text", packers[i].label, bit);
			if (r != 0 && r != -EBADMSG && r != -EFBIG && r != -ENOMEM)
				fail_msg("%s: bit %zu: got %d", packers[i].label, bit, r);
		}
	}
}

static void the_limit_is_exact(void **state)
{
	static const unsigned int lines[] = { 0, 1, 70, 1300 };

	(void)state;
	for (size_t i = 0; i < COUNT(packers); i++)
		for (size_t j = 0; j < COUNT(lines); j++) {
			auto_bytes struct bytes sample = { 0 }, packed = { 0 };

			make_sample(&sample, lines[j]);
			packers[i].append(&packed, sample.data, sample.size);
			for (size_t max = sample.size ? sample.size - 1 : 0; max <= sample.size + 1;
			     max++) {
				auto_bytes struct bytes back = { 0 };
				int wanted = max < sample.size ? -EFBIG : 0;
				int r = decompress_bytes(&packed, max, &back);

				if (r != wanted)
					fail_msg("%s: %zu bytes, at most %zu: got %d",
						 packers[i].label, sample.size, max, r);
			}
		}
}

static void a_stream_ends_at_its_limit_with_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packers); i++)
		for (size_t max = 0; max <= 4; max++) {
			auto_bytes struct bytes packed = { 0 }, back = { 0 };
			int r;

			packers[i].append(&packed, "abc", 3);
			r = read_stream(&packed, max, 1, &back);
			if (r != (max < 3 ? -EFBIG : 0))
				fail_msg("%s: at most %zu: got %d", packers[i].label, max, r);
			assert_memory_equal(back.data, "abc", back.size);
		}
}

static void a_small_file_cannot_become_a_huge_one(void **state)
{
	const size_t size = (size_t)64 << 20;
	auto_free char *zeros = calloc(1, size);

	(void)state;
	for (size_t i = GZIP; i <= ZSTD; i++) {
		auto_bytes struct bytes packed = { 0 }, back = { 0 };
		auto_file FILE *stream = NULL;

		packers[i].append(&packed, zeros, size);
		assert_true(packed.size < LIMIT / 8);
		assert_int_equal(decompress_bytes(&packed, LIMIT, &back), -EFBIG);
		assert_int_equal(decompress_stream(&packed, LIMIT, &stream), 0);
		/* fread() gives up at the error, long before it has all that it asks for. */
		assert_true(fread(zeros, 1, size, stream) <= LIMIT);
		assert_true(ferror(stream));
	}
}

static void a_zstd_window_is_bounded(void **state)
{
	/* A frame of one raw block, RFC 8878 3.1.1: byte 5 is the window, exponent << 3. */
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88,
					 0x19, 0x00, 0x00, 'a',  'b',  'c' };
	static const struct {
		uint8_t window;
		int r;
	} cases[] = {
		{ 0x00, 0 },        { 0x50, 0 },        { 0x88, 0 },
		{ 0x89, -EBADMSG }, { 0x90, -EBADMSG }, { 0xff, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes packed = { 0 };
		auto_free char *label = text_format("window byte %02x", cases[i].window);

		append(&packed, frame, sizeof(frame));
		packed.data[5] = cases[i].window;
		if (cases[i].r)
			check_refused(label, &packed, cases[i].r);
		else
			check_unpacks(label, &packed, "abc", 3);
	}
}

/* Say another dictionary size in the block header (the .xz file format 3.1), and sum it anew. */
static void set_dictionary(struct bytes *packed, uint8_t size)
{
	uint8_t *header = packed->data + LZMA_STREAM_HEADER_SIZE;
	size_t summed = header[0] * (size_t)4;
	/* Two optional fields, of one byte each for a text this short, stand before the filter. */
	uint8_t *filter = header + 2 + (header[1] >> 6 & 1) + (header[1] >> 7);
	uint32_t sum;

	assert_int_equal(filter[0], LZMA_FILTER_LZMA2);
	assert_int_equal(filter[1], 1);
	filter[2] = size;
	sum = lzma_crc32(header, summed, 0);
	for (size_t byte = 0; byte < 4; byte++)
		header[summed + byte] = (uint8_t)(sum >> 8 * byte);
}

static void an_xz_dictionary_is_bounded(void **state)
{
	/* 30 is 128 MiB, 32 is 256 MiB, 40 all that there can be (the .xz file format 5.3.1). */
	static const struct {
		uint8_t dictionary;
		int r;
	} cases[] = {
		{ 0, 0 }, { 28, 0 }, { 30, 0 }, { 32, -ENOMEM }, { 40, -ENOMEM }, { 41, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_bytes struct bytes packed = { 0 };
		auto_free char *label = text_format("dictionary %u", cases[i].dictionary);

		append_xz(&packed, "abc", 3);
		set_dictionary(&packed, cases[i].dictionary);
		if (cases[i].r)
			check_refused(label, &packed, cases[i].r);
		else
			check_unpacks(label, &packed, "abc", 3);
	}
}

static void a_stream_can_be_closed_before_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packers); i++) {
		auto_bytes struct bytes sample = { 0 }, packed = { 0 };
		auto_file FILE *read_some = NULL, *read_none = NULL;

		make_sample(&sample, 1000);
		packers[i].append(&packed, sample.data, sample.size);
		assert_int_equal(decompress_stream(&packed, LIMIT, &read_none), 0);
		assert_int_equal(decompress_stream(&packed, LIMIT, &read_some), 0);
		assert_int_equal(fgetc(read_some), sample.data[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_back),
		cmocka_unit_test(nothing_at_all_is_an_empty_text),
		cmocka_unit_test(what_has_no_magic_passes_as_it_is),
		cmocka_unit_test(several_members_in_a_row_are_one_text),
		cmocka_unit_test(a_skippable_frame_is_no_text),
		cmocka_unit_test(xz_padding_is_whole_words),
		cmocka_unit_test(a_text_cut_anywhere_is_damaged),
		cmocka_unit_test(what_trails_a_text_is_damage),
		cmocka_unit_test(one_format_does_not_go_on_as_another),
		cmocka_unit_test(a_flipped_bit_never_makes_another_text),
		cmocka_unit_test(the_limit_is_exact),
		cmocka_unit_test(a_stream_ends_at_its_limit_with_an_error),
		cmocka_unit_test(a_small_file_cannot_become_a_huge_one),
		cmocka_unit_test(a_zstd_window_is_bounded),
		cmocka_unit_test(an_xz_dictionary_is_bounded),
		cmocka_unit_test(a_stream_can_be_closed_before_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
