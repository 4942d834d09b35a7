/** What fakes are made of. Order and content decide every masked value, so they never change after release. */
export const WORDS = {
  first:
    "Ada Alan Alice Amir Ana Anton Aria Axel Bea Ben Bianca Boris Carla Cedric Chloe Cyrus Dana David Dora Edgar Elena Elias Emma Eric Eva Felix Fiona Frank Gina Greta Hana Hugo Ida Igor Ines Ivan Jana Jonas Julia Karl Kira Lars Lena Leo Lina Luca Maja Marco Maria Max Mila Nadia Nico Nina Noah Olga Oscar Petra Rafael Rosa Samuel Sara Theo Vera",
  last: "Adler Baker Bauer Berger Bianchi Brandt Carter Castro Cohen Costa Cruz Dahl Diaz Dubois Eklund Ferrari Fischer Fontana Foster Garcia Gruber Hansen Hayes Hoffman Horvat Ivanov Jansen Jensen Kaiser Keller Kim Kovacs Kowal Larsen Laurent Lee Lopez Marino Martin Meyer Moreau Murphy Nakamura Nguyen Novak Olsen Park Parker Petrov Reyes Ricci Rossi Sato Schmidt Silva Singh Smith Tanaka Torres Turner Vargas Vogel Weber Zhang",
  street:
    "Acorn Alder Ash Birch Bridge Brook Canal Castle Cedar Chapel Cherry Chestnut Church Clover Cross Elm Fern Field Forest Garden Grove Harbour Hawthorn Hazel Hill Holly Ivy King Lake Laurel Lime Linden Maple Market Meadow Mill Museum North Oak Orchard Park Pine Poplar Prospect Queen River Rose Rowan School Spring Spruce Station Sunset Temple Thorn Tower Valley Victoria Vine Walnut Water Willow Wood York",
  city: "Alderton Ashby Barrow Bayview Bellmere Birchfield Bramford Brookside Calder Cedarville Claremont Cliffton Coldwater Cranbrook Dalton Denby Dunmore Eastfield Edgewater Elmwood Fairview Fenwick Glenwood Granton Hadley Harwick Hazelton Hillcrest Holbrook Kelby Kingsford Lakeside Langley Linfield Lockhart Marlow Maplewood Merton Millbrook Newbury Northgate Norwood Oakdale Oldham Parkdale Pinehurst Ravenna Redford Ridgeway Riverton Rosedale Sandford Sherwood Southfield Stanton Thornbury Wakefield Waverly Westbrook Weston Whitby Willowdale Winslow Woodland",
  word: "amber anchor apple arrow autumn basin beacon berry birch bloom breeze bridge bronze candle canyon cedar circle cliff cloud clover copper coral cotton crystal daisy delta desert ember falcon feather fern field forest garden glacier granite harbor hazel horizon island ivory jade lagoon lantern laurel lemon linen maple marble meadow mirror mosaic nectar ocean olive orchid pebble planet prairie quartz river saffron timber",
  company:
    "Analytics Consulting Design Energy Foods Group Holdings Industries Labs Logistics Media Networks Partners Services Solutions Systems",
} as const;

export type WordList = keyof typeof WORDS;

export function wordCount(list: WordList): number {
  return WORDS[list].split(" ").length;
}
