/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A driver for QEMU's edu device, which no kernel has one for: docs/specs/edu.rst of QEMU. */
#include <linux/module.h>
#include <linux/pci.h>

#define EDU_LIVENESS 0x04 /* answers with what was written to it, inverted */

static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, edu_ids);

static int edu_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	void __iomem *registers;
	int r = pcim_enable_device(pci);

	if (r < 0)
		return r;
	registers = pcim_iomap(pci, 0, 0);
	if (!registers)
		return -ENOMEM;
	writel(0x12345678, registers + EDU_LIVENESS);
	dev_notice(&pci->dev, "alive: %08x\n", readl(registers + EDU_LIVENESS));
	return 0;
}

static struct pci_driver edu_driver = { .name = "edu", .id_table = edu_ids, .probe = edu_probe };
module_pci_driver(edu_driver);

MODULE_LICENSE("GPL");
MODULE_VERSION("2.0");
MODULE_DESCRIPTION("QEMU's educational device");
