"""What the lines of financial transactions are about, by the names Amazon gives them."""

import pytest

from clario.domain.detection.rows.charges import charge_of
from tests.unit.detection.tabular import rows

# the path of a line in its transaction                       what it is
NAMES = """
ProductCharges/OurPricePrincipal                              price
Principal                                                     price
Tax/OurPriceTax                                               tax
Tax/MarketplaceFacilitatorTax-Principal                       tax
MarketplaceFacilitatorTax-Shipping                            tax
Shipping/ShippingPrincipal                                    shipping
ShippingCharge                                                shipping
ShippingTax                                                   tax
GiftWrap/GiftWrapPrincipal                                    gift_wrap
GiftwrapTax                                                   tax
PromotionalRebates/OurPriceDiscount                           promotion
AmazonFees/Commission/Base                                    referral
Commission                                                    referral
AmazonFees/Commission/Tax                                     other        the tax on a fee
AmazonFees/RefundCommission                                   administration
AmazonFees/FBAPerUnitFulfillmentFee/Base                      fulfillment
FBAPerUnitFulfillmentFee                                      fulfillment
AmazonFees/FBAWeightBasedFee                                  fulfillment
Goodwill                                                      amazons_own
RestockingFee                                                 amazons_own
AmazonFees/FBAStorageFee                                      other
Tax                                                           tax
ShipmentItemList/ItemFeeList/Commission                       referral
ShipmentItemList/PromotionList/CoreDiscount                   promotion
ShipmentItemList/ItemTaxWithheldList/TaxesWithheld/MarketplaceFacilitatorTax-Principal  tax
ShipmentItemAdjustmentList/ItemChargeAdjustmentList/Tax       tax
Something/New                                                 other
"""


@pytest.mark.parametrize("case", rows(NAMES, 2), ids=" ".join)
def test_a_line_is_what_the_name_nearest_to_its_leaf_says(case):
    path, charge = case
    assert charge_of(path) == charge
