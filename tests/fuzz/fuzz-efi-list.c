/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "fuzz.h"
#include "kernel/efi-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(certificates_done) struct certificates list = { 0 };
	int r = efi_list_add(data, size, &list);

	promise(r == 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct certificate *certificate = &list.items[i];
		const struct bytes empty = { .data = certificate->der.data, .size = 0 };

		promise(certificate->issued_id && certificate->der.size > 0);
		promise(certificate->der.size <= size);
		promise(certificate->place == CERTIFICATE_ENROLLED);
		promise(certificate_verify(certificate, "sha256", &empty, &empty) != 1);
	}
	return 0;
}
