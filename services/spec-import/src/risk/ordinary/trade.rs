//! Selling and making.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "accommodation, address, aircraft, airline, airport, aisle, amenity, animal, appointment, \
    assembly, auction, availability, backorder, bag, barcode, basket, bay, bed, bin, boat, bom, \
    booking, box, brand, breed, building, bundle, bus, cabin, cage, calibration, car, cargo, \
    carrier, cleaning, commodity, component, consignment, courier, crew, crop, cuisine, \
    customer, customs, dealer, defect, delivery, depot, destination, dimension, dish, dock, \
    downtime, driver, dropoff, equipment, extra, facility, factory, farm, feature, fitting, \
    flight, floor, freight, fuel, fulfillment, fulfilment, furniture, garment, gate, guestbook, \
    harvest, herd, hotel, house, household, ingredient, insight, inspection, inventory, \
    irrigation, item, itinerary, kitchen, lease, leg, listing, livestock, location, lodging, \
    lot, luggage, maintenance, manifest, manufacturer, material, measurement, menu, meter, mod, \
    modifier, neighborhood, nonconformance, occupancy, odometer, oee, office, outlet, \
    package, packing, pallet, parcel, parking, passenger, path, pick, picklist, pickup, plant, \
    plot, premise, product, production, punch, puppy, quantity, rack, recipe, rental, repair, \
    replenishment, reservation, resort, restaurant, retailer, return, rfi, ride, road, route, \
    routing, season, seating, sensor, serial, ship, shipment, shipping, shopfloor, showing, \
    size, sku, slot, soil, spare, station, stock, stop, store, storefront, submittal, \
    substitution, supply, swap, swatch, tank, taxonomy, textile, theatre, tow, \
    tracking, traveler, traveller, trip, truck, turn, unit, uom, vehicle, venue, \
    vessel, vin, visit, waitlist, wave, weather, wine, wishlist, workorder, yard, yield, zone, \
    lineitem, orderline, pricelist note, productvariant, stocklevel, salesrep";
