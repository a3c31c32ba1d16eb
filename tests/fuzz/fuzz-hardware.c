/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fuzz.h"
#include "hardware/device.h"
#include "hardware/lspci.h"
#include "hardware/modalias.h"
#include "hardware/probe.h"
#include "hardware/snapshot.h"

/* The fixed point of modalias_parse(), and nothing that a terminal must not see. */
static void check_modalias(const char *modalias)
{
	auto_free char *printable = text_printable(modalias);
	auto_free char *again = NULL, *bus = modalias_bus(modalias);

	promise(printable && text_equal(printable, modalias));
	promise(bus && *bus && strlen(bus) < strlen(modalias));
	promise(modalias_parse(modalias, strlen(modalias), &again) == 0);
	promise(text_equal(again, modalias));
}

static void check_list(const struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->items[i];

		promise(device->modaliases.count > 0 && device->bus && *device->bus);
		promise(!device->path || *device->path == '/');
		for (size_t k = 0; k < device->modaliases.count; k++) {
			check_modalias(device->modaliases.items[k]);
			promise(k == 0 || strcmp(device->modaliases.items[k - 1],
						 device->modaliases.items[k]) < 0);
		}
	}
	promise(list->diagnostics.count <= DEVICE_DIAGNOSTICS_MAX + 1);
	for (size_t i = 0; i < list->diagnostics.count; i++) {
		const char *text = list->diagnostics.items[i].text;
		auto_free char *printable = text_printable(text);

		promise(text_equal(printable, text));
	}
}

static int read_any(const struct bytes *text, struct device_list *list, struct error *reterr)
{
	const struct probe *pci = probe_find("pci");

	if (lspci_sniff(text))
		return pci ? pci->read_dump(text, "fuzz", list, reterr) : 0;
	return snapshot_read(text, "fuzz", list, reterr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes text = fuzz_bytes(data, size);
	auto_device_list struct device_list list = { 0 };
	auto_error struct error error = { 0 };
	auto_free char *modalias = NULL;
	int r = modalias_parse((const char *)text.data, size, &modalias);

	promise(r == 0 || (r == -EINVAL && size <= MODALIAS_MAX) ||
		(r == -E2BIG && size > MODALIAS_MAX));
	if (r == 0)
		check_modalias(modalias);
	r = read_any(&text, &list, &error);
	promise(r == 0 || (r == -EBADMSG && error.why) || r == -E2BIG);
	if (r < 0)
		return 0;
	promise(device_list_finish(&list) == 0);
	check_list(&list);
	return 0;
}
