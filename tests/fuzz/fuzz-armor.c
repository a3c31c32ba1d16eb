/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "trust/armor.h"

static void check_base64(const struct bytes *text)
{
	auto_bytes struct bytes plain = { 0 };
	int r = armor_decode_base64((const char *)text->data, &plain);

	promise(r == 0 || r == -EBADMSG);
	promise(r < 0 || plain.size <= text->size / 4 * 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = { ARMOR_KEY, ARMOR_SIGNATURE };
	auto_bytes struct bytes file = fuzz_bytes(data, size);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		auto_bytes struct bytes packets = { 0 }, again = { 0 };
		int r = armor_decode(&file, kinds[i], &packets);

		promise(r == 0 || r == -ENODATA || r == -EBADMSG);
		if (r < 0)
			continue;
		promise(packets.size > 0 && packets.size <= size);
		promise(packets.data[packets.size] == 0);
		/* Packets are no text, so they pass as they are. */
		if (packets.data[0] & 0x80) {
			promise(armor_decode(&packets, kinds[i], &again) == 0);
			promise(again.size == packets.size);
		}
	}
	check_base64(&file);
	return 0;
}
