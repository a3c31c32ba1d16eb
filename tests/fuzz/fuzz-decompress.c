/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "fuzz.h"

/** Bytes that may come out: a bomb is to be stopped there. */
#define ROOM 100000

/* As much as comes before the end, and in *RET the errno that it ends with; 0 is a good end. */
static struct bytes read_stream(const struct bytes *from, int *ret)
{
	auto_file FILE *file = NULL;
	struct bytes got = { .data = malloc(ROOM + 1) };

	promise(got.data && decompress_stream(from, ROOM, &file) == 0);
	errno = 0;
	got.size = fread(got.data, 1, ROOM + 1, file);
	*ret = ferror(file) ? errno : 0;
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes from = fuzz_bytes(data, size), whole = { 0 }, pieces = { 0 };
	int r = decompress_bytes(&from, ROOM, &whole), trouble = 0;

	promise(r == 0 || r == -EFBIG || r == -EBADMSG);
	pieces = read_stream(&from, &trouble);
	/* What is damaged and too long is either, by how much of it is asked for at a time. */
	promise(pieces.size <= ROOM && !trouble == (r == 0));
	promise(trouble == 0 || trouble == EFBIG || trouble == EBADMSG);
	promise(r < 0 ||
		(whole.size == pieces.size && memcmp(whole.data, pieces.data, whole.size) == 0));
	promise(r < 0 || whole.data[whole.size] == 0);
	if (compression_of(&from) == COMPRESSION_NONE)
		promise(r == -EFBIG || (r == 0 && whole.size == size));
	(void)compression_is_kernel_xz(&from);
	return 0;
}
