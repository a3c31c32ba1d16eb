/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/efi-list.h"

#include <endian.h>
#include <string.h>

/** A GUID, in bytes; each entry begins with that of its owner. */
#define GUID_SIZE 16U

/* EFI_SIGNATURE_LIST; all numbers are little endian. */
struct head {
	uint8_t type[GUID_SIZE];
	uint32_t list_size, header_size, entry_size;
};

/* EFI_CERT_X509_GUID, a5c059a1-94e4-4aa7-87b5-ab155c2bf072. */
static const uint8_t x509[GUID_SIZE] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
					 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 };

/* The size of the list at DATA, or 0 if it is none. */
static size_t read_head(const uint8_t *data, size_t size, struct head *ret)
{
	if (size < sizeof(*ret))
		return 0;
	memcpy(ret, data, sizeof(*ret));
	ret->list_size = le32toh(ret->list_size);
	ret->header_size = le32toh(ret->header_size);
	ret->entry_size = le32toh(ret->entry_size);
	if (ret->list_size < sizeof(*ret) || ret->list_size > size ||
	    ret->header_size > ret->list_size - sizeof(*ret) || ret->entry_size <= GUID_SIZE)
		return 0;
	return ret->list_size;
}

int efi_list_add(const uint8_t *data, size_t size, struct certificates *list)
{
	struct head head;
	size_t length;
	int r = 0;

	for (; r == 0 && (length = read_head(data, size, &head)) > 0;
	     data += length, size -= length) {
		size_t at = sizeof(head) + head.header_size;

		if (memcmp(head.type, x509, sizeof(x509)) != 0)
			continue;
		for (; r == 0 && head.entry_size <= length - at; at += head.entry_size)
			r = certificates_add(list, CERTIFICATE_ENROLLED, data + at + GUID_SIZE,
					     head.entry_size - GUID_SIZE);
	}
	return r;
}
