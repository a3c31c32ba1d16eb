/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "trust/package-signature.h"

/* A clock of 2033: whatever ended, ended. */
#define NOW 2000000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_keyring struct keyring *keyring = NULL;
	auto_trust struct trust trust = { 0 };
	auto_error struct error error = { 0 };
	auto_fd int fd = memfd_create("fuzz", MFD_CLOEXEC);
	int r;

	promise(fd >= 0 && keyring_new(NULL, &keyring) == 0);
	promise(file_write_fd(fd, data, size) == 0);
	r = package_signature_check(fd, "fuzz.rpm", keyring, NOW, &trust, &error);
	promise(r == 0 || ((r == -EBADMSG || r == -EFBIG) && error.why));
	/* Nobody is trusted, so nothing is good. */
	promise(r < 0 || !trust_is_good(&trust));
	promise(r < 0 || trust.status == TRUST_UNSIGNED || trust.detail);
	return 0;
}
