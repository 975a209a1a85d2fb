"""The demo's shops and what they offer: kind, value, titles, days it runs, coupons, of which on paper."""

from __future__ import annotations

from dataclasses import dataclass

P, A, F = "percentage", "amount", "free_item"
Offer = tuple[str, object, str, str, int, int, int]

TERMS_EN = "One coupon per visit. Cannot be combined with other offers or exchanged for cash."
TERMS_AR = "قسيمة واحدة لكل زيارة. لا تُجمع مع عروض أخرى ولا تُستبدل نقدًا."


@dataclass(frozen=True)
class Shop:
    """A merchant of the demo. `branches`: (name, Arabic name, city, address)."""

    site: str
    brand: str
    brand_ar: str
    category: str
    business_type: str
    city: str
    colours: tuple[str, str]
    owner: tuple[str, str]
    phone: str
    page: tuple[str, str]
    branches: tuple[tuple[str, str, str, str], ...]
    offers: tuple[Offer, ...]


SHOPS = (
    Shop("main", "Mona's Coffee", "قهوة منى", "coffee", "cafe", "riyadh", ("#3b2314", "#b45309"),
         ("Mona Al Harbi", "mona@cafe.example"), "+966112345601",
         ("Coffee roasted every morning, cakes from our own oven.", "قهوة نحمّصها كل صباح، وحلوى من فرننا."),
         (("Olaya", "العليا", "riyadh", "Olaya Street 114"), ("Corniche", "الكورنيش", "jeddah", "Corniche Road 7")),
         ((P, 20, "20% off every hot drink", "خصم 20٪ على كل المشروبات الساخنة", 30, 400, 120),
          (F, ("Free cookie", "كوكيز مجانًا"), "A cookie with your coffee", "كوكيز مع قهوتك", 21, 200, 0),
          (A, 1500, "SAR 15 off cake for two", "خصم 15 ريالًا على كيكة لشخصين", 45, 150, 0),
          (P, 50, "Second cup half price", "الكوب الثاني بنصف السعر", 6, 80, 0),
          (F, ("Free upsize", "تكبير مجاني"), "Large for the price of medium", "حجم كبير بسعر الوسط", 60, 250, 50))),
    Shop("main", "Burger Yard", "برجر يارد", "food", "restaurant", "jeddah", ("#7f1d1d", "#f97316"),
         ("Yousef Bakr", "yousef@burger.example"), "+966122345602",
         ("Smashed to order, buns baked here.", "برجر يُحضَّر عند الطلب وخبز نخبزه هنا."),
         (("Tahlia", "التحلية", "jeddah", "Tahlia Street 22"), ("Khobar Front", "واجهة الخبر", "khobar", "Seafront 3")),
         ((P, 30, "30% off family boxes", "خصم 30٪ على بوكسات العائلة", 14, 300, 100),
          (F, ("Free fries", "بطاطس مجانًا"), "Fries with any double burger", "بطاطس مع أي برجر دبل", 28, 500, 0),
          (A, 1000, "SAR 10 off your order", "خصم 10 ريالات على طلبك", 3, 120, 0),
          (P, 15, "15% off lunch, weekdays", "خصم 15٪ على الغداء أيام الأسبوع", 40, 260, 0))),
    Shop("main", "Nour Beauty", "نور بيوتي", "beauty", "salon", "riyadh", ("#831843", "#ec4899"),
         ("Nour Saleh", "nour@beauty.example"), "+966112345603",
         ("Hair, nails and quiet hours.", "شعر وأظافر وساعات هادئة."),
         (("Nakheel", "النخيل", "riyadh", "Nakheel Mall, floor 2"),),
         ((P, 25, "25% off hair treatments", "خصم 25٪ على علاجات الشعر", 30, 180, 0),
          (F, ("Free manicure", "مانيكير مجانًا"), "A manicure with every colouring", "مانيكير مع كل صبغة", 25, 90, 0),
          (A, 5000, "SAR 50 off bridal packages", "خصم 50 ريالًا على باقات العروس", 75, 60, 20))),
    Shop("main", "Kids Planet", "كوكب الأطفال", "kids", "shop", "dammam", ("#1e3a8a", "#06b6d4"),
         ("Huda Faris", "huda@kids.example"), "+966132345604",
         ("Toys that last longer than the batteries.", "ألعاب تعيش أطول من بطارياتها."),
         (("Marina Mall", "مارينا مول", "dammam", "Marina Mall 41"),),
         ((P, 10, "10% off building sets", "خصم 10٪ على ألعاب التركيب", 50, 220, 0),
          (A, 2500, "SAR 25 off from SAR 150", "خصم 25 ريالًا عند الشراء بـ150", 20, 140, 40),
          (F, ("Free balloon", "بالون مجانًا"), "A balloon for every visitor", "بالون لكل زائر", 9, 300, 0))),
    Shop("sahm", "Warda Sweets", "حلويات وردة", "coffee", "cafe", "jeddah", ("#4c0519", "#e11d48"),
         ("Warda Amin", "warda@sweets.example"), "+966122345611",
         ("Baklava and date sweets since 1998.", "بقلاوة وحلويات التمر منذ 1998."),
         (("Balad", "البلد", "jeddah", "Old Town 9"), ("Aziziyah", "العزيزية", "makkah", "Aziziyah Main Road 55")),
         ((P, 20, "20% off gift boxes", "خصم 20٪ على علب الهدايا", 35, 350, 100),
          (F, ("Free tea", "شاي مجانًا"), "Tea with any plate of baklava", "شاي مع أي صحن بقلاوة", 22, 200, 0),
          (A, 2000, "SAR 20 off from one kilo", "خصم 20 ريالًا من كيلو واحد", 60, 160, 0),
          (P, 40, "40% off at closing time", "خصم 40٪ قبل الإغلاق", 5, 90, 0))),
    Shop("sahm", "Fitline Gym", "نادي فيت لاين", "fitness", "gym", "riyadh", ("#052e16", "#16a34a"),
         ("Faisal Otaibi", "faisal@fitline.example"), "+966112345612",
         ("Open from five in the morning.", "نفتح من الخامسة صباحًا."),
         (("Malqa", "الملقا", "riyadh", "King Fahd Road 801"),),
         ((F, ("Free first week", "أسبوع أول مجانًا"), "Train a week for free", "تمرّن أسبوعًا مجانًا", 30, 120, 0),
          (P, 35, "35% off personal training", "خصم 35٪ على التدريب الشخصي", 18, 60, 0),
          (A, 10000, "SAR 100 off the year", "خصم 100 ريال على الاشتراك السنوي", 80, 200, 50))),
    Shop("sahm", "Shifa Pharmacy", "صيدلية الشفاء", "health", "shop", "madinah", ("#134e4a", "#14b8a6"),
         ("Salem Juhani", "salem@shifa.example"), "+966142345613",
         ("Open day and night.", "مفتوحة ليل نهار."),
         (("Quba", "قباء", "madinah", "Quba Road 12"), ("Haram Gate", "باب الحرم", "madinah", "King Faisal Street 3")),
         ((P, 15, "15% off skin care", "خصم 15٪ على العناية بالبشرة", 40, 300, 0),
          (P, 10, "10% off vitamins", "خصم 10٪ على الفيتامينات", 26, 260, 60),
          (F, ("Free check", "فحص مجاني"), "Blood pressure checked for free", "قياس الضغط مجانًا", 55, 150, 0))),
    Shop("sahm", "Lina Boutique", "بوتيك لينا", "fashion", "shop", "khobar", ("#312e81", "#8b5cf6"),
         ("Lina Dosari", "lina@boutique.example"), "+966132345614",
         ("Abayas and evening wear, made to fit.", "عبايات وفساتين سهرة على المقاس."),
         (("Rashid Mall", "الراشد مول", "khobar", "Rashid Mall, gate 4"),),
         ((P, 30, "30% off the new abayas", "خصم 30٪ على العبايات الجديدة", 24, 150, 0),
          (A, 5000, "SAR 50 off evening wear", "خصم 50 ريالًا على فساتين السهرة", 33, 100, 30),
          (P, 50, "Half price on last season", "نصف السعر على الموسم الماضي", 4, 70, 0))),
    Shop("palmy", "Marina Grill", "مارينا جريل", "food", "restaurant", "dubai", ("#0c4a6e", "#f59e0b"),
         ("Rami Haddad", "rami@grill.example"), "+97143456701",
         ("Charcoal, sea and a table outside.", "فحم وبحر وطاولة في الخارج."),
         (("Dubai Marina", "مرسى دبي", "dubai", "Marina Walk 18"), ("Corniche", "الكورنيش", "abu-dhabi", "Corniche 5")),
         ((P, 25, "25% off mixed grill", "خصم 25٪ على المشاوي المشكلة", 30, 300, 80),
          (F, ("Free dessert", "حلوى مجانًا"), "Dessert with two main dishes", "حلوى مع طبقين رئيسيين", 20, 180, 0),
          (A, 3000, "AED 30 off dinner for two", "خصم 30 درهمًا على عشاء لشخصين", 45, 140, 0),
          (P, 20, "20% off seafood Friday", "خصم 20٪ على بحريات الجمعة", 7, 90, 0))),
    Shop("palmy", "Volt Electronics", "فولت للإلكترونيات", "electronics", "shop", "sharjah", ("#111827", "#3b82f6"),
         ("Vera Nasser", "vera@volt.example"), "+97163456702",
         ("Repairs while you wait.", "إصلاح وأنت تنتظر."),
         (("Majaz", "المجاز", "sharjah", "Majaz 3, shop 12"),),
         ((A, 5000, "AED 50 off headphones", "خصم 50 درهمًا على السماعات", 36, 130, 0),
          (F, ("Free glass", "زجاج حماية مجانًا"), "Screen glass with every repair",
           "زجاج حماية مع كل إصلاح", 60, 240, 40),
          (P, 12, "12% off chargers", "خصم 12٪ على الشواحن", 15, 200, 0))),
    Shop("palmy", "Green Basket", "السلة الخضراء", "grocery", "supermarket", "dubai", ("#365314", "#84cc16"),
         ("Ghada Murad", "ghada@basket.example"), "+97143456703",
         ("Picked this morning, delivered by noon.", "قُطفت صباحًا وتصلك ظهرًا."),
         (("Jumeirah", "جميرا", "dubai", "Jumeirah Road 210"),),
         ((P, 10, "10% off fruit and vegetables", "خصم 10٪ على الخضار والفواكه", 28, 400, 0),
          (F, ("Free bag", "حقيبة مجانًا"), "A cotton bag from AED 100",
           "حقيبة قطنية عند الشراء بـ100 درهم", 50, 260, 60),
          (A, 1500, "AED 15 off your first order", "خصم 15 درهمًا على أول طلب", 12, 220, 0))),
)  # fmt: skip
